/* Network devices: virtio-net over PCI, as eth0 and following. */
#pragma once

void virtio_net_init(void);
