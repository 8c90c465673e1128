/*
 * The plugin's entry points: version check, arguments, and QEMU's callbacks.
 *
 *	-plugin file=ringside.so,out=FILE[,profile=on]
 *
 * Writes one JSON object per line to FILE. With `profile`, follows calls too and reports the
 * windows between markers.
 */
#include <string.h>

#include "arch.h"
#include "instrument.h"
#include "machine.h"
#include "observe.h"

QEMU_EXPORT int qemu_plugin_version = QEMU_API_USED;

static qemu_plugin_id_t plugin_id;

static void on_vcpu(qemu_plugin_id_t id, unsigned int index)
{
	(void)id;
	machine_add_vcpu(index);
	arch_init();
}

static void on_exit_of_qemu(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	observe_print("end", instrument.out);
	fclose(instrument.out);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	instrument_block(tb);
}

static void on_reset(qemu_plugin_id_t id)
{
	qemu_plugin_register_vcpu_init_cb(id, on_vcpu);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
}

static void retranslate(void)
{
	qemu_plugin_reset(plugin_id, on_reset);
}

static int refuse(const char *why)
{
	fprintf(stderr, "ringside plugin: %s\n", why);
	return 1;
}

QEMU_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc,
				    char **argv);

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
	const char *path = NULL;

	if (info->version.min > QEMU_API_USED || info->version.cur < QEMU_API_USED)
		return refuse("this QEMU does not support version 4 of the plugin API: use QEMU 9.2 "
			      "or newer");
	if (!info->system_emulation || !arch_is_target(info->target_name))
		return refuse("built for another architecture than this QEMU");
	if (info->system.max_vcpus > VCPUS_MAX)
		return refuse("supports only one CPU: use -smp 1");
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			path = argv[i] + 4;
		else if (!strcmp(argv[i], "profile=on"))
			machine.profile = true;
		else
			return refuse("unknown argument: use out=FILE and profile=on");
	}
	if (!path)
		return refuse("out=FILE is missing");
	instrument.out = fopen(path, "we");
	if (!instrument.out)
		return refuse("can't write to the file of out=");
	fprintf(instrument.out, "{\"type\":\"head\",\"version\":1,\"target\":\"%s\",\"api\":%d}\n",
		info->target_name, info->version.cur);
	machine.scoreboard = qemu_plugin_scoreboard_new(sizeof(struct counters));
	plugin_id = id;
	instrument.retranslate = retranslate;
	on_reset(id);
	return 0;
}
