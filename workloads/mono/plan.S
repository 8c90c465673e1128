/*
 * The plan's buffer (mono.h). Its first line tells the harness the size and, in a library that is
 * linked into a foreign kernel's image, the identity of the build.
 */
#define SIZE 8192
#define STRING_(text) #text
#define STRING(text) STRING_(text)

	.section .ringside.plan, "a", @progbits
	.globl	mono_plan
	.type	mono_plan, @object
mono_plan:
	.ascii	"# ringside plan 8192"
#ifdef IDENTITY
	.ascii	" " STRING(IDENTITY)
#endif
	.ascii	"\n"
	.fill	SIZE - (. - mono_plan), 1, '\n'
	.size	mono_plan, . - mono_plan

	.section .note.GNU-stack, "", @progbits
