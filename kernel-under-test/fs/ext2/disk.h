/* Private to ext2: the on-disk format, little-endian like this machine. */
#pragma once

#include "lib/types.h"

#define EXT2_MAGIC		 0xef53
#define EXT2_SUPER_AT		 1024
#define EXT2_ROOT		 2
#define EXT2_LINKS_MAX		 32000
#define EXT2_NDIR_BLOCKS	 12 /* then one pointer each for 1 to 3 levels */
#define EXT2_N_BLOCKS		 15
#define EXT2_GOOD_OLD_FIRST_INO	 11
#define EXT2_GOOD_OLD_INODE_SIZE 128
#define EXT2_BLOCK_LOG_MIN	 10
#define EXT2_BLOCK_LOG_MAX	 12

#define EXT2_STATE_VALID     1
#define EXT2_STATE_ERROR     2
#define EXT2_ERRORS_CONTINUE 1

#define EXT2_INCOMPAT_FILETYPE	 0x2
#define EXT2_RO_COMPAT_SPARSE	 0x1
#define EXT2_RO_COMPAT_LARGEFILE 0x2
#define EXT2_RO_COMPAT		 (EXT2_RO_COMPAT_SPARSE | EXT2_RO_COMPAT_LARGEFILE)

#define EXT2_FLAG_IMMUTABLE 0x10
#define EXT2_FLAG_APPEND    0x20
#define EXT2_FLAG_INDEX	    0x1000 /* an HTree index, which this driver does not maintain */

struct ext2_super {
	uint32_t inodes, blocks, reserved_blocks, free_blocks, free_inodes, first_block;
	uint32_t block_log, fragment_log, blocks_per_group, fragments_per_group, inodes_per_group;
	uint32_t mount_time, write_time;
	uint16_t mounts, mounts_max, magic, state, errors, minor;
	uint32_t check_time, check_interval, creator, revision;
	uint16_t reserved_uid, reserved_gid;
	/* Since revision 1. */
	uint32_t first_inode;
	uint16_t inode_size, group;
	uint32_t compat, incompat, ro_compat;
	uint8_t uuid[16];
	char name[16], last_mounted[64];
	uint8_t rest[824];
};

_Static_assert(sizeof(struct ext2_super) == 1024, "ext2");

struct ext2_group {
	uint32_t block_bitmap, inode_bitmap, inode_table;
	uint16_t free_blocks, free_inodes, directories, pad;
	uint32_t reserved[3];
};

_Static_assert(sizeof(struct ext2_group) == 32, "ext2");

struct ext2_inode {
	uint16_t mode, uid;
	uint32_t size, accessed, changed, modified, deleted;
	uint16_t gid, links;
	uint32_t sectors, flags, system;
	uint32_t pointers[EXT2_N_BLOCKS];
	uint32_t generation, file_acl, size_high, fragment;
	uint8_t fragment_number, fragment_size;
	uint16_t pad, uid_high, gid_high;
	uint32_t reserved;
};

_Static_assert(sizeof(struct ext2_inode) == EXT2_GOOD_OLD_INODE_SIZE, "ext2");

/* A directory entry. Without EXT2_INCOMPAT_FILETYPE `type` is the upper byte of name_len: 0. */
struct ext2_entry {
	uint32_t ino;
	uint16_t size;
	uint8_t name_len, type;
	char name[];
};

#define EXT2_ENTRY_SIZE(len) ALIGN_UP(sizeof(struct ext2_entry) + (len), 4ul)
