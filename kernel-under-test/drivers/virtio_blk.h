/* Disks: virtio-blk over PCI, /dev/vda and on. */
#pragma once

void virtio_blk_init(void);
