#ifndef CFUSE3_H
#define CFUSE3_H
// libfuse picks its interface by this number, which a module map cannot define.
#define FUSE_USE_VERSION 312
#include <fuse3/fuse_lowlevel.h>
#include <stdatomic.h>

/// What a session's user data points to: whose session it is, and what the hooks on its device need.
struct cfuse_door {
    /// Handed to every callback.
    void *owner;
    /// The number of the kernel's INIT request; its answer carries flags that libfuse 3.14 does not know.
    _Atomic uint64_t init_unique;
    /// Nonzero once that answer has left.
    _Atomic int is_answered;
    /// Called with the owner once that answer has left: the mount works from now on.
    void (*on_answered)(void *owner);
    /// Flags that are added to the answer: FUSE's 64-bit space, the upper half as flags2.
    uint64_t extra_flags;
};

/// Puts hooks on the device of a mounted session whose user data is a `cfuse_door`. 0, or a negative errno.
int cfuse_install_hooks(struct fuse_session *session);

/// Runs a session on up to `max_threads` threads, each with its own clone of the device. Returns when the session has
/// ended.
int cfuse_run(struct fuse_session *session, unsigned int max_threads);

/// A session over `operations`, mounted with the options of a comma-separated list; NULL when libfuse refuses.
struct fuse_session *cfuse_new_session(
    const char *options, const struct fuse_lowlevel_ops *operations, struct cfuse_door *door);

/// Sends libfuse's own messages to `log`, or nowhere.
void cfuse_set_log(void (*log)(int level, const char *message));

/// Names the calling thread, for debuggers; at most 15 bytes are kept.
void cfuse_name_thread(const char *name);

static inline void *cfuse_owner(fuse_req_t request) {
    return ((struct cfuse_door *)fuse_req_userdata(request))->owner;
}
#endif
