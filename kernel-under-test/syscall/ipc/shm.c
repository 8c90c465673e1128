/* System V shared memory. */
#include "ipc/sysv.h"
#include "mm/kmem.h"
#include "mm/space.h"
#include "proc/procfs/text.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

#define SHM_LOCK     11
#define SHM_UNLOCK   12
#define SHM_STAT     13
#define SHM_INFO     14
#define SHM_STAT_ANY 15

/* Mode bit: removed, to be destroyed. */
#define SHM_DEST 01000
/* Mode bit: locked. Nothing is ever swapped out. */
#define SHM_LOCKED 02000

#define SHM_RDONLY 010000
#define SHM_RND	   020000
#define SHM_REMAP  040000
#define SHM_EXEC   0100000

#define PAGES_MAX (1ul << 24)

struct segment {
	struct ipc_entry entry;
	/* Referenced by each mapping, and by the table until it is removed. */
	struct object *object;
	uint64_t size, attached, detached, changed;
	int creator, last;
};

static struct ipc_table segments;

static bool is_removed(const struct segment *s)
{
	return s->entry.permissions.mode & SHM_DEST;
}

static uint64_t now(void)
{
	return time_real_ns() / NS_PER_SEC;
}

static struct segment *find_segment(int id)
{
	struct ipc_entry *e = ipc_find(&segments, id);

	return e ? container_of(e, struct segment, entry) : NULL;
}

long sys_shmget(uint64_t key, uint64_t size, uint64_t flags)
{
	struct ipc_entry *e;
	struct segment *s;
	int id = ipc_get(&segments, (int)key, (unsigned int)flags, &e);

	if (id)
		return id;
	if (e)
		return size > container_of(e, struct segment, entry)->size ? -EINVAL : e->id;
	if (!size || size > PAGES_MAX << PAGE_SHIFT)
		return -EINVAL;
	s = kmem_zalloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->size = size;
	s->object = object_create_shared(ALIGN_UP(size, PAGE_SIZE) >> PAGE_SHIFT);
	id = s->object ? ipc_add(&segments, &s->entry, (int)key, (unsigned int)flags) : -ENOMEM;
	if (id < 0) {
		if (s->object)
			object_put(s->object);
		kmem_free(s);
		return id;
	}
	s->creator = process_current()->pid;
	s->changed = now();
	return id;
}

long sys_shmat(uint64_t id, uint64_t addr, uint64_t flags)
{
	struct space *space = process_current()->space;
	struct segment *s = find_segment(id);
	uint32_t area = AREA_READ | AREA_SHARED |
			(flags & SHM_RDONLY ? AREA_NO_WRITE : AREA_WRITE) |
			(flags & SHM_EXEC ? AREA_EXEC : 0);
	uint64_t len;
	int err;

	if (!s)
		return -EINVAL;
	err = ipc_permission(&s->entry, flags & SHM_RDONLY ? MAY_READ : MAY_READ | MAY_WRITE);
	if (err)
		return err;
	len = ALIGN_UP(s->size, PAGE_SIZE);
	if (addr && (flags & SHM_RND))
		addr = ALIGN_DOWN(addr, PAGE_SIZE);
	if (!IS_ALIGNED(addr, PAGE_SIZE) || addr > USER_TOP || len > USER_TOP - addr ||
	    ((flags & SHM_REMAP) && !addr))
		return -EINVAL;
	space_lock(space);
	if (addr && !(flags & SHM_REMAP) && space_find_gap(space, addr, len, space->top) != addr)
		err = -EINVAL;
	else if (!addr && !(addr = space_find_gap(space, 0, len, space->top)))
		err = -ENOMEM;
	else
		err = space_map(space, addr, len, area, s->object, 0);
	space_unlock(space);
	if (err)
		return err;
	s->attached = now();
	s->last = process_current()->pid;
	return (long)addr;
}

/* The segment of an object, or NULL. */
static struct segment *segment_of_object(const struct object *o)
{
	for (int i = 0; i < IPC_SLOTS; i++) {
		struct ipc_entry *e = segments.slots[i];

		if (e && container_of(e, struct segment, entry)->object == o)
			return container_of(e, struct segment, entry);
	}
	return NULL;
}

bool shm_is_object(const struct object *o)
{
	return segment_of_object(o);
}

/* With the space's lock. */
static int detach(struct space *space, uint64_t addr)
{
	struct area *a = space_find(space, addr);
	struct object *object;
	struct segment *s;
	uint64_t end;

	if (!IS_ALIGNED(addr, PAGE_SIZE) || !a || a->start != addr || !a->object || a->offset ||
	    !object_is_shared(a->object))
		return -EINVAL;
	object = a->object;
	s = segment_of_object(object);
	/* Parts of it may have been unmapped or split since. */
	for (end = a->end; (a = areas_next(&space->areas, a)); end = a->end)
		if (a->object != object || a->start != end || a->offset != end - addr)
			break;
	if (s) {
		s->detached = now();
		s->last = process_current()->pid;
	}
	return space_unmap(space, addr, end - addr);
}

long sys_shmdt(uint64_t addr)
{
	struct space *space = process_current()->space;

	SPACE_SCOPE(space);
	return detach(space, addr);
}

static long put_status(int id, uint64_t out, bool by_slot, bool any)
{
	struct ipc_entry *e;
	long err = ipc_stat(&segments, id, by_slot, any, &e);
	const struct segment *s;
	struct {
		struct ipc_permissions permissions;
		uint64_t size, attached, detached, changed;
		int32_t creator, last;
		uint64_t attaches, unused[2];
	} st = {0};

	_Static_assert(sizeof(st) == 112, "x86_64 ABI");
	if (err)
		return err;
	s = container_of(e, struct segment, entry);
	st.permissions = s->entry.permissions;
	st.size = s->size;
	st.attached = s->attached;
	st.detached = s->detached;
	st.changed = s->changed;
	st.creator = s->creator;
	st.last = s->last;
	st.attaches = s->object->refs - !is_removed(s);
	return copy_to_user(out, &st, sizeof(st)) ?: by_slot ? s->entry.id : 0;
}

void proc_sysv_shm(struct text *t, const struct proc_subject *)
{
	text_add(t,
		 "       key      shmid perms                  size  cpid  lpid nattch   uid   gid "
		 " cuid  cgid      atime      dtime      ctime                   rss            "
		 "      swap\n");
	for (int i = 0; i < IPC_SLOTS; i++) {
		const struct ipc_entry *e = ipc_at(&segments, i);
		const struct ipc_permissions *p = e ? &e->permissions : NULL;
		const struct segment *s;

		if (!e)
			continue;
		s = container_of(e, struct segment, entry);
		text_add(t, "%10d %10d  %4o %21lu %5d %5d  %5u %5u %5u %5u %5u ", p->key, e->id,
			 p->mode, s->size, s->creator, s->last, s->object->refs - !is_removed(s),
			 p->uid, p->gid, p->cuid, p->cgid);
		text_add(t, "%10lu %10lu %10lu %21lu %21lu\n", s->attached, s->detached, s->changed,
			 ALIGN_UP(s->size, PAGE_SIZE), 0ul);
	}
}

/* struct shminfo64. */
static long put_limits(uint64_t at)
{
	const struct {
		uint64_t size_max, size_min, segments, each, pages, unused[4];
	} l = {PAGES_MAX << PAGE_SHIFT, 1, IPC_SLOTS, IPC_SLOTS, PAGES_MAX, {0}};

	return copy_to_user(at, &l, sizeof(l)) < 0 ? -EFAULT : ipc_highest_index(&segments);
}

/* struct shm_info. Counts all pages of each segment, resident or not. */
static long put_totals(uint64_t at)
{
	struct {
		int32_t segments, pad;
		uint64_t pages, resident, swapped, unused[2];
	} all = {0};

	for (int i = 0; i < IPC_SLOTS; i++) {
		struct ipc_entry *e = ipc_at(&segments, i);

		if (!e)
			continue;
		all.segments++;
		all.pages += ALIGN_UP(container_of(e, struct segment, entry)->size, PAGE_SIZE) >>
			     PAGE_SHIFT;
	}
	all.resident = all.pages;
	return copy_to_user(at, &all, sizeof(all)) < 0 ? -EFAULT : ipc_highest_index(&segments);
}

static long set_segment(int id, uint64_t at)
{
	struct ipc_permissions p;
	/* Copied first: that may sleep, and the segment be removed meanwhile. */
	int err = copy_from_user(&p, at, sizeof(p));
	struct segment *s = find_segment(id);

	if (!s)
		return -EINVAL;
	err = err ?: ipc_set_permissions(&s->entry, &p);
	if (!err)
		s->changed = now();
	return err;
}

static long lock_segment(int id, bool on)
{
	struct segment *s = find_segment(id);

	if (!s)
		return -EINVAL;
	if (!capable(CAP_IPC_LOCK) &&
	    (ipc_owner_permission(&s->entry) || (on && !process_limit(RLIMIT_MEMLOCK))))
		return -EPERM;
	s->entry.permissions.mode =
		(s->entry.permissions.mode & ~SHM_LOCKED) | (on ? SHM_LOCKED : 0);
	return 0;
}

static void segment_free(struct object *o)
{
	struct segment *s = segment_of_object(o);

	ipc_remove(&segments, &s->entry);
	kmem_free(s);
}

/* Frees its key at once; the segment lives on until the last mapping is gone. */
static long remove_segment(int id)
{
	struct segment *s = find_segment(id);
	int err = s ? ipc_owner_permission(&s->entry) : -EINVAL;

	if (err || is_removed(s))
		return err;
	ipc_drop_key(&segments, &s->entry);
	s->entry.permissions.mode |= SHM_DEST;
	object_set_release_hook(s->object, segment_free);
	object_put(s->object);
	return 0;
}

long sys_shmctl(uint64_t id, uint64_t command, uint64_t at)
{
	switch ((int)command & ~IPC_64) {
	case IPC_INFO:
		return put_limits(at);
	case SHM_INFO:
		return put_totals(at);
	case IPC_STAT:
		return put_status((int)id, at, false, false);
	case SHM_STAT:
	case SHM_STAT_ANY:
		return put_status((int)id, at, true, command == SHM_STAT_ANY);
	case IPC_SET:
		return set_segment((int)id, at);
	case SHM_LOCK:
	case SHM_UNLOCK:
		return lock_segment((int)id, (command & ~(uint64_t)IPC_64) == SHM_LOCK);
	case IPC_RMID:
		return remove_segment((int)id);
	default:
		return -EINVAL;
	}
}
