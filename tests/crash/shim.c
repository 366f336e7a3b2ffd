/* A disk that fails when it is told to: preloaded into the portal, between its database and the kernel.
 *
 * It counts writes, truncations and syncs of files below one folder, in all threads, and at the call that was asked for
 * kills the process, or cuts the power: what was written and never synced is taken back, a part of it chosen by a seed
 * is written again, torn at 512 bytes, and then the process is killed. It can also let calls fail, and make syncs slow.
 * It knows nothing of SQLite but that the index of its log (`-shm`) is rebuilt after every crash.
 *
 * Taken as durable without a sync: that a file was created, or deleted. 64-bit Linux.
 *
 * CRASH_SHIM_FOLDER names the folder, CRASH_SHIM_CONTROL a file of SLOTS 64-bit numbers in the order of `enum slot`,
 * which tests/crash/control.rs reads and writes while the portal runs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum slot {
  CALLS,      /* counted here: writes, truncations and syncs */
  SYNCS,      /* counted here: syncs alone */
  FAILED,     /* counted here: calls that were let fail */
  CUT,        /* 1 once the kill or the power cut has begun */
  CUT_AT,     /* the call at which it comes; 0 for never */
  CUT_HOW,    /* 0: killed; 1: the power goes; only with 1 from the start on is there something to take back */
  CUT_PAUSE,  /* how many microseconds that call hangs before it, while other threads go on */
  CUT_SEED,   /* which of the unsynced writes survive */
  FAIL_FROM,  /* the call from which calls fail; 0 for none */
  FAIL_WITH,  /* the errno they fail with */
  FAIL_WHICH, /* 1: writes and truncations, 2: syncs, 3: both */
  SYNC_DELAY, /* how many microseconds every sync takes longer */
  SLOTS
};

enum kind { WRITE = 1, SYNC = 2 };

/* A change that a power cut may take back. */
struct change {
  struct change *next; /* the one before it */
  off_t at;
  size_t length;     /* of `now` */
  char *now;         /* what was written; NULL for a truncation to `at` */
  size_t had;        /* of `before` */
  char *before;      /* what stood there */
  off_t size_before; /* of the whole file */
};

struct file {
  struct file *next;
  dev_t dev;
  ino_t ino;
  int ours;
  int is_logged;
  int fd; /* of our own; never closed, because closing one drops the locks that SQLite has through others */
  struct change *last;
};

static volatile uint64_t *slots;
static char folder[4096];
static struct file *files;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void die(const char *why) {
  syscall(SYS_write, 2, "crash shim: ", 12);
  syscall(SYS_write, 2, why, strlen(why));
  syscall(SYS_write, 2, "\n", 1);
  syscall(SYS_exit_group, 97);
}

__attribute__((constructor)) static void start(void) {
  const char *named = getenv("CRASH_SHIM_FOLDER"), *control = getenv("CRASH_SHIM_CONTROL");
  if (!named || !control) return;
  if (!realpath(named, folder)) die("the folder is not there");
  int fd = open(control, O_RDWR | O_CLOEXEC);
  if (fd < 0) die("the control file cannot be opened");
  void *mapped = mmap(NULL, SLOTS * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) die("the control file cannot be mapped");
  slots = mapped;
}

static uint64_t get(enum slot slot) { return __atomic_load_n(&slots[slot], __ATOMIC_SEQ_CST); }
static uint64_t add(enum slot slot) { return __atomic_add_fetch(&slots[slot], 1, __ATOMIC_SEQ_CST); }

static void wait_for(uint64_t microseconds) {
  struct timespec left = {(time_t)(microseconds / 1000000), (long)(microseconds % 1000000) * 1000};
  while (microseconds && nanosleep(&left, &left) && errno == EINTR) {}
}

/* The file behind this descriptor, when it lies in the folder. Called with the lock. */
static struct file *ours(int fd) {
  struct stat stat;
  char link[64], path[4096];
  if (fstat(fd, &stat) || !S_ISREG(stat.st_mode)) return NULL;
  for (struct file *file = files; file; file = file->next)
    if (file->dev == stat.st_dev && file->ino == stat.st_ino && file->ours) return file;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) die("a path cannot be read");
  path[length] = 0;
  size_t prefix = strlen(folder);
  if (strncmp(path, folder, prefix) || path[prefix] != '/') return NULL;
  struct file *file = calloc(1, sizeof *file);
  if (!file) die("no memory");
  file->dev = stat.st_dev, file->ino = stat.st_ino, file->ours = 1;
  file->is_logged = !strstr(path, "-shm");
  /* A descriptor of its own, because the given one may be for appending, or for writing alone. */
  file->fd = open(link, O_RDWR | O_CLOEXEC);
  if (file->fd < 0) die("a file cannot be opened a second time");
  file->next = files;
  return files = file;
}

static off_t size_of(int fd) {
  struct stat stat;
  if (fstat(fd, &stat)) die("a size cannot be asked");
  return stat.st_size;
}

static void read_all(int fd, char *to, size_t length, off_t at) {
  for (size_t done = 0; done < length;) {
    ssize_t got = syscall(SYS_pread64, fd, to + done, length - done, at + (off_t)done);
    if (got <= 0) die("what stood there cannot be read");
    done += (size_t)got;
  }
}

static void write_all(int fd, const char *from, size_t length, off_t at) {
  for (size_t done = 0; done < length;) {
    ssize_t put = syscall(SYS_pwrite64, fd, from + done, length - done, at + (off_t)done);
    if (put <= 0) die("what stood there cannot be written");
    done += (size_t)put;
  }
}

static void cut_to(int fd, off_t size) {
  if (syscall(SYS_ftruncate, fd, size)) die("a size cannot be restored");
}

/* Remembers what a write of `length` bytes, or a truncation without any, is about to replace. */
static struct change *prepare(struct file *file, const void *now, size_t length, off_t at) {
  struct change *change = calloc(1, sizeof *change);
  if (!change) die("no memory");
  change->at = at, change->length = length, change->size_before = size_of(file->fd);
  off_t end = now ? at + (off_t)length : change->size_before;
  if (change->size_before < end) end = change->size_before;
  change->had = at < end ? (size_t)(end - at) : 0;
  change->before = malloc(change->had + 1);
  change->now = now ? malloc(length + 1) : NULL;
  if (!change->before || (now && !change->now)) die("no memory");
  read_all(file->fd, change->before, change->had, at);
  if (now) memcpy(change->now, now, length);
  return change;
}

static void forget(struct change *change) {
  while (change) {
    struct change *before = change->next;
    free(change->now), free(change->before), free(change);
    change = before;
  }
}

/* splitmix64, as in tests/common/proxy.rs. */
static uint64_t dice;
static uint64_t throw(uint64_t end) {
  uint64_t mixed = dice += 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return (mixed ^ (mixed >> 31)) % end;
}

/* Writes the blocks of one write that reached the disk: all of them, or each by chance. */
static void write_torn(int fd, const struct change *change) {
  enum { BLOCK = 512 };
  off_t end = change->at + (off_t)change->length;
  int is_whole = throw(2);
  for (off_t at = change->at; at < end;) {
    off_t next = (at / BLOCK + 1) * BLOCK;
    if (end < next) next = end;
    if (is_whole || throw(2)) write_all(fd, change->now + (at - change->at), (size_t)(next - at), at);
    at = next;
  }
}

/* Takes back what was never synced, newest first, and then does a part of it again, oldest first. How much of it is
   drawn once for each file: a disk may have kept nothing, or nearly all. */
static void lose_unsynced(struct file *file) {
  struct change *oldest = NULL;
  for (struct change *change = file->last, *before; change; change = before) {
    cut_to(file->fd, change->size_before);
    write_all(file->fd, change->before, change->had, change->at);
    before = change->next;
    change->next = oldest, oldest = change;
  }
  uint64_t kept = throw(5);
  for (struct change *change = oldest; change; change = change->next) {
    if (kept <= throw(4)) continue;
    if (change->now) write_torn(file->fd, change);
    else cut_to(file->fd, change->at);
  }
}

/* Ends the process if this is the call for it. Called with the lock, which is never given back. */
static void cut_if_asked(uint64_t call) {
  if (call != get(CUT_AT)) return;
  wait_for(get(CUT_PAUSE));
  slots[CUT] = 1;
  if (get(CUT_HOW) == 1) {
    dice = get(CUT_SEED);
    for (struct file *file = files; file; file = file->next) lose_unsynced(file);
  }
  for (;;) syscall(SYS_kill, (long)getpid(), (long)SIGKILL);
}

/* Counts a call; 0 when it may go on. */
static int is_let_fail(enum kind kind) {
  uint64_t call = add(CALLS), from = get(FAIL_FROM);
  if (kind == SYNC) add(SYNCS);
  cut_if_asked(call);
  if (!from || call < from || !(get(FAIL_WHICH) & kind)) return 0;
  add(FAILED);
  errno = (int)get(FAIL_WITH);
  return 1;
}

static int is_power_mode(const struct file *file) { return file->is_logged && get(CUT_HOW) == 1; }

static ssize_t do_write(int fd, const void *bytes, size_t length, off_t at) {
  return at < 0 ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, at);
}

/* `at` is negative for a write at the descriptor's own position. */
static ssize_t any_write(int fd, const void *bytes, size_t length, off_t at) {
  if (!slots) return do_write(fd, bytes, length, at);
  int before = errno;
  pthread_mutex_lock(&lock);
  struct file *file = ours(fd);
  if (!file) {
    pthread_mutex_unlock(&lock);
    errno = before;
    return do_write(fd, bytes, length, at);
  }
  ssize_t written = -1;
  if (!is_let_fail(WRITE)) {
    struct change *change = NULL;
    if (is_power_mode(file)) {
      int appends = fcntl(fd, F_GETFL) & O_APPEND;
      off_t place = appends ? size_of(fd) : 0 <= at ? at : lseek(fd, 0, SEEK_CUR);
      change = prepare(file, bytes, length, place);
    }
    written = do_write(fd, bytes, length, at);
    if (change && 0 < written) {
      change->length = (size_t)written;
      change->next = file->last, file->last = change;
    } else {
      forget(change);
    }
  }
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return written;
}

static int any_truncate(int fd, off_t size) {
  if (!slots) return (int)syscall(SYS_ftruncate, fd, size);
  pthread_mutex_lock(&lock);
  struct file *file = ours(fd);
  int done = -1;
  if (!file || !is_let_fail(WRITE)) {
    struct change *change = file && is_power_mode(file) ? prepare(file, NULL, 0, size) : NULL;
    done = (int)syscall(SYS_ftruncate, fd, size);
    if (change && !done) change->next = file->last, file->last = change;
    else forget(change);
  }
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

static int any_sync(int fd, long number) {
  if (!slots) return (int)syscall(number, fd);
  pthread_mutex_lock(&lock);
  struct file *file = ours(fd);
  if (!file) {
    pthread_mutex_unlock(&lock);
    return (int)syscall(number, fd);
  }
  uint64_t delay = get(SYNC_DELAY);
  if (delay) {
    pthread_mutex_unlock(&lock);
    wait_for(delay);
    pthread_mutex_lock(&lock);
  }
  int done = -1;
  if (!is_let_fail(SYNC)) {
    done = (int)syscall(number, fd);
    if (!done) forget(file->last), file->last = NULL;
  }
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return any_write(fd, bytes, length, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return any_write(fd, bytes, length, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) { return any_write(fd, bytes, length, at); }
int ftruncate(int fd, off_t size) { return any_truncate(fd, size); }
int ftruncate64(int fd, off_t size) { return any_truncate(fd, size); }
int fsync(int fd) { return any_sync(fd, SYS_fsync); }
int fdatasync(int fd) { return any_sync(fd, SYS_fdatasync); }

/* One short write is allowed, and the caller goes on with the rest. */
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  for (int part = 0; part < count; part++)
    if (parts[part].iov_len) return any_write(fd, parts[part].iov_base, parts[part].iov_len, at);
  return 0;
}
