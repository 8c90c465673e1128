/* See mono.h. The size stands in the first line too, for whoever overwrites it. */
#define SIZE 8192

	.section .ringside.plan, "a", @progbits
	.globl	mono_plan
	.type	mono_plan, @object
mono_plan:
	.ascii	"# ringside plan 8192\n"
	.fill	SIZE - (. - mono_plan), 1, '\n'
	.size	mono_plan, . - mono_plan

	.section .note.GNU-stack, "", @progbits
