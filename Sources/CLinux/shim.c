#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int linux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int linux_accept(int listener) { return accept4(listener, 0, 0, SOCK_CLOEXEC); }

int linux_signal_descriptor(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int linux_take_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

int linux_process_descriptor(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

void linux_close_range(unsigned first, unsigned last) { close_range(first, last, 0); }

void linux_lower_priority(int by) {
    static _Thread_local bool is_done;
    if (is_done) return;
    is_done = true;
    // Linux has a priority for each thread, where POSIX has one for the process.
    const id_t thread = (id_t)syscall(SYS_gettid);
    setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + by);
}

void linux_set_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int linux_spawn_command(
    const char *path, char *const arguments[], char *const environment[], int terminal, int *process) {
    // The child runs in our memory until it executes: nothing of ours may interrupt it there.
    sigset_t all, before, none;
    sigfillset(&all);
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t parent = getpid();
    volatile int error = 0;
    const pid_t child = vfork();
    if (child == 0) {
        setpgid(0, 0);
        // From the background this is allowed while SIGTTOU is blocked.
        if (terminal >= 0) tcsetpgrp(terminal, getpid());
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (getppid() != parent) _exit(127);
        for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
        sigprocmask(SIG_SETMASK, &none, 0);
        execve(path, arguments, environment);
        error = errno;
        _exit(127);
    }
    const int failure = child < 0 ? errno : error;
    pthread_sigmask(SIG_SETMASK, &before, 0);
    if (child > 0 && failure != 0) waitpid(child, 0, 0);
    *process = child;
    return failure;
}
