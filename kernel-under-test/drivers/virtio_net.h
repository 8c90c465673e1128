/* Network devices: virtio-net over PCI, eth0 and on. */
#pragma once

void virtio_net_init(void);
