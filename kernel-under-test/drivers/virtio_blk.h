/* Disks: virtio-blk over PCI, as /dev/vda and following. */
#pragma once

void virtio_blk_init(void);
