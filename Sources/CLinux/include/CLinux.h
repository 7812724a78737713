#ifndef CLINUX_H
#define CLINUX_H

// What Linux offers beyond POSIX and the Glibc module does not declare, under names of its own so that nothing clashes.

/// A pipe whose ends do not pass to other programs: 0, or -1 and errno.
int linux_pipe(int ends[2]);

/// The next connection of a listening socket, which does not pass to other programs: a descriptor, or -1 and errno.
int linux_accept(int listener);

/// A descriptor that is readable while one of the signals is pending; it does not block and does not pass to other
/// programs.
int linux_signal_descriptor(const int *signals, int count);

/// Takes one pending signal from the descriptor: its number, or 0 when there is none.
int linux_take_signal(int descriptor);

/// A descriptor that is readable once the process has ended, or -1.
int linux_process_descriptor(int process);

/// Closes the descriptors from first to last.
void linux_close_range(unsigned first, unsigned last);

/// Lets the other threads of this machine go first, by so much of what `nice` takes; once for each thread.
void linux_lower_priority(int by);

/// What ps shows for this process; at most 15 bytes.
void linux_set_name(const char *name);

/// Starts the program at a path as a command of ours: in a process group of its own, with no signal blocked or handled,
/// in the foreground of the terminal unless that is -1, and killed by the kernel if the calling thread's process dies
/// before it. 0, or an errno when nothing was started.
int linux_spawn_command(
    const char *path, char *const arguments[], char *const environment[], int terminal, int *process);

#endif
