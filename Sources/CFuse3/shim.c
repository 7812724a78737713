#include "CFuse3.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

// The few facts of the kernel's protocol (linux/fuse.h) that the hooks need.
enum {
    opcode_init = 26,
    in_header_size = 40,
    out_header_size = 16,
    init_out_size = 64,
    init_out_flags = 12,
    init_out_flags2 = 32,
};

// INIT's flag for "flags2 is valid".
static const uint64_t flag_init_ext = UINT64_C(1) << 30;

// The reading one runs while libfuse may cancel the thread, so it stays in C and holds nothing.

static ssize_t hooked_read(int fd, void *buffer, size_t size, void *userdata) {
    ssize_t count = read(fd, buffer, size);
    struct cfuse_door *door = userdata;
    if (atomic_load_explicit(&door->is_answered, memory_order_relaxed) || count < in_header_size) return count;
    uint32_t opcode;
    memcpy(&opcode, (char *)buffer + 4, sizeof opcode);
    if (opcode == opcode_init) {
        uint64_t unique;
        memcpy(&unique, (char *)buffer + 8, sizeof unique);
        atomic_store(&door->init_unique, unique);
    }
    return count;
}

static ssize_t hooked_writev(int fd, struct iovec *parts, int count, void *userdata) {
    struct cfuse_door *door = userdata;
    if (atomic_load_explicit(&door->is_answered, memory_order_relaxed)) return writev(fd, parts, count);
    uint64_t unique = 0;
    if (parts[0].iov_len >= out_header_size) memcpy(&unique, (char *)parts[0].iov_base + 8, sizeof unique);
    if (unique == 0 || unique != atomic_load(&door->init_unique)) return writev(fd, parts, count);
    char answer[init_out_size];
    if (count == 2 && parts[1].iov_len == init_out_size) {
        memcpy(answer, parts[1].iov_base, sizeof answer);
        uint32_t low, high;
        memcpy(&low, answer + init_out_flags, sizeof low);
        memcpy(&high, answer + init_out_flags2, sizeof high);
        low |= (uint32_t)(door->extra_flags | flag_init_ext);
        high |= (uint32_t)(door->extra_flags >> 32);
        memcpy(answer + init_out_flags, &low, sizeof low);
        memcpy(answer + init_out_flags2, &high, sizeof high);
        parts[1].iov_base = answer;
    }
    ssize_t result = writev(fd, parts, count);
    if (result > 0) {
        atomic_store(&door->is_answered, 1);
        if (door->on_answered != NULL) door->on_answered(door->owner);
    }
    return result;
}

int cfuse_install_hooks(struct fuse_session *session) {
    const struct fuse_custom_io hooks = {.writev = hooked_writev, .read = hooked_read};
    return fuse_session_custom_io(session, &hooks, fuse_session_fd(session));
}

int cfuse_run(struct fuse_session *session, unsigned int max_threads) {
    struct fuse_loop_config *config = fuse_loop_cfg_create();
    if (config == NULL) return -ENOMEM;
    fuse_loop_cfg_set_clone_fd(config, 1);
    fuse_loop_cfg_set_max_threads(config, max_threads);
    fuse_loop_cfg_set_idle_threads(config, max_threads);
    int result = fuse_session_loop_mt(session, config);
    fuse_loop_cfg_destroy(config);
    return result;
}

struct fuse_session *cfuse_new_session(
    const char *options, const struct fuse_lowlevel_ops *operations, struct cfuse_door *door) {
    struct fuse_args arguments = {0, NULL, 0};
    struct fuse_session *session = NULL;
    if (fuse_opt_add_arg(&arguments, "dittofs") == 0 && fuse_opt_add_arg(&arguments, "-o") == 0 &&
        fuse_opt_add_arg(&arguments, options) == 0) {
        session = fuse_session_new(&arguments, operations, sizeof *operations, door);
    }
    fuse_opt_free_args(&arguments);
    return session;
}

void cfuse_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

static void (*log_sink)(int, const char *);

static void forward_log(enum fuse_log_level level, const char *format, va_list arguments) {
    if (log_sink == NULL) return;
    char line[512];
    vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\n")] = 0;
    log_sink((int)level, line);
}

void cfuse_set_log(void (*log)(int level, const char *message)) {
    log_sink = log;
    fuse_set_log_func(forward_log);
}
