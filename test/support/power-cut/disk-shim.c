/*
 * Stands between a program and one folder of its disk, by LD_PRELOAD. It can write down, in order, everything that
 * changes the folder (DISK_SHIM_LOG), and make every sync wait first, as a card that stalls does, for as many milliseconds
 * as the file DISK_SHIM_STALL says at that moment (none without it).
 * Both concern the files of DISK_SHIM_FOLDER alone, which has to be an absolute path without links.
 *
 * A record of the log: the operation, the length of the name, an offset or size, the length of the data, and then the
 * name (relative to the folder, which itself has none) and the data. `record-log.ts` reads it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define NAME_BYTES 4096
#define REAL(name)                                                   \
  ({                                                                 \
    static __typeof__(&name) real;                                   \
    if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
    real;                                                            \
  })

struct header {
  uint32_t operation;
  uint32_t name_length;
  int64_t offset;
  uint64_t data_length;
};

static const char *folder;
static int log_fd = -1;
static const char *stall_path;

__attribute__((constructor)) static void begin(void) {
  const char *log_path = getenv("DISK_SHIM_LOG");
  folder = getenv("DISK_SHIM_FOLDER");
  stall_path = getenv("DISK_SHIM_STALL");
  if (log_path != NULL) log_fd = REAL(open)(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

/* The name of a file of the folder, relative to it ("" for the folder itself); NULL for any other. */
static const char *inside(const char *path) {
  size_t length = folder == NULL ? 0 : strlen(folder);
  if (length == 0 || path == NULL || strncmp(path, folder, length) != 0) return NULL;
  if (path[length] == '\0') return path + length;
  return path[length] == '/' ? path + length + 1 : NULL;
}

static const char *inside_fd(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = folder == NULL ? -1 : readlink(link, path, NAME_BYTES - 1);
  if (length < 0) return NULL;
  path[length] = '\0';
  return inside(path);
}

/* One call, to a file that is only appended to: records of several threads do not mix. */
static void record(char operation, const char *name, int64_t offset, const void *data, size_t length) {
  if (log_fd < 0) return;
  struct header header = {(uint32_t)operation, (uint32_t)strlen(name), offset, length};
  struct iovec parts[] = {{&header, sizeof header}, {(void *)name, header.name_length}, {(void *)data, length}};
  size_t whole = sizeof header + header.name_length + length;
  if (syscall(SYS_writev, log_fd, parts, 3) != (ssize_t)whole) abort();
}

static ssize_t written(int fd, const void *data, ssize_t length, int64_t offset) {
  char path[NAME_BYTES];
  const char *name = length > 0 && log_fd >= 0 ? inside_fd(fd, path) : NULL;
  if (name != NULL) record('w', name, offset, data, (size_t)length);
  return length;
}

static ssize_t written_parts(int fd, const struct iovec *parts, int count, ssize_t length, int64_t offset) {
  ssize_t left = length;
  for (int part = 0; part < count && left > 0; part++) {
    ssize_t taken = left < (ssize_t)parts[part].iov_len ? left : (ssize_t)parts[part].iov_len;
    written(fd, parts[part].iov_base, taken, offset);
    offset += taken;
    left -= taken;
  }
  return length;
}

static int resized(int fd, int64_t size, char operation, int result) {
  char path[NAME_BYTES];
  const char *name = result == 0 ? inside_fd(fd, path) : NULL;
  if (name != NULL) record(operation, name, size, NULL, 0);
  return result;
}

static int opened(const char *name, int flags, int existed, int fd) {
  if (fd < 0 || name == NULL) return fd;
  if (!existed && (flags & O_CREAT)) record('c', name, 0, NULL, 0);
  else if (flags & O_TRUNC) record('t', name, 0, NULL, 0);
  return fd;
}

static int unlinked(const char *path, int result) {
  const char *name = result == 0 ? inside(path) : NULL;
  if (name != NULL) record('u', name, 0, NULL, 0);
  return result;
}

static int renamed(const char *from, const char *to, int result) {
  const char *old_name = result == 0 ? inside(from) : NULL;
  const char *new_name = result == 0 ? inside(to) : NULL;
  if (old_name != NULL && new_name != NULL) record('r', old_name, 0, new_name, strlen(new_name));
  return result;
}

static void stall(void) {
  char text[16] = "";
  int fd = stall_path == NULL ? -1 : REAL(open)(stall_path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  long ms = read(fd, text, sizeof text - 1) > 0 ? atol(text) : 0;
  close(fd);
  struct timespec rest = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&rest, NULL);
}

/* What is recorded need not be synced as well: the log tells what a disk would have. */
#define SYNC(call)                                                     \
  int call(int fd) {                                                   \
    char path[NAME_BYTES];                                             \
    const char *name = inside_fd(fd, path);                            \
    if (name != NULL) stall();                                         \
    if (name == NULL || log_fd < 0) return REAL(call)(fd);             \
    record('s', name, 0, NULL, 0);                                     \
    return 0;                                                          \
  }
#define OPEN(call)                                                     \
  int call(const char *path, int flags, ...) {                         \
    va_list rest;                                                      \
    va_start(rest, flags);                                             \
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;  \
    va_end(rest);                                                      \
    const char *name = inside(path);                                   \
    int existed = name != NULL && access(path, F_OK) == 0;             \
    return opened(name, flags, existed, REAL(call)(path, flags, mode)); \
  }
#define OPENAT(call)                                                   \
  int call(int base, const char *path, int flags, ...) {               \
    va_list rest;                                                      \
    va_start(rest, flags);                                             \
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;  \
    va_end(rest);                                                      \
    const char *name = inside(path);                                   \
    int existed = name != NULL && access(path, F_OK) == 0;             \
    return opened(name, flags, existed, REAL(call)(base, path, flags, mode)); \
  }
#define PWRITE(call, offset_t)                                         \
  ssize_t call(int fd, const void *data, size_t length, offset_t offset) { \
    return written(fd, data, REAL(call)(fd, data, length, offset), offset); \
  }
#define PWRITEV(call, offset_t)                                        \
  ssize_t call(int fd, const struct iovec *parts, int count, offset_t offset) { \
    return written_parts(fd, parts, count, REAL(call)(fd, parts, count, offset), offset); \
  }
#define FTRUNCATE(call, offset_t) \
  int call(int fd, offset_t size) { return resized(fd, size, 't', REAL(call)(fd, size)); }
#define ALLOCATE(call, offset_t)                                       \
  int call(int fd, offset_t offset, offset_t length) {                 \
    return resized(fd, offset + length, 'a', REAL(call)(fd, offset, length)); \
  }

SYNC(fsync)
SYNC(fdatasync)
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)
ALLOCATE(posix_fallocate, off_t)
ALLOCATE(posix_fallocate64, off64_t)

ssize_t write(int fd, const void *data, size_t length) {
  int64_t offset = log_fd < 0 ? 0 : lseek(fd, 0, SEEK_CUR);
  return written(fd, data, REAL(write)(fd, data, length), offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  int64_t offset = log_fd < 0 ? 0 : lseek(fd, 0, SEEK_CUR);
  return written_parts(fd, parts, count, REAL(writev)(fd, parts, count), offset);
}

int unlink(const char *path) { return unlinked(path, REAL(unlink)(path)); }
int remove(const char *path) { return unlinked(path, REAL(remove)(path)); }
int unlinkat(int base, const char *path, int flags) { return unlinked(path, REAL(unlinkat)(base, path, flags)); }
int rename(const char *from, const char *to) { return renamed(from, to, REAL(rename)(from, to)); }
int renameat(int from_base, const char *from, int to_base, const char *to) {
  return renamed(from, to, REAL(renameat)(from_base, from, to_base, to));
}
