/** @file
 * Guardian: the process that the launcher knows. It forks the rank before MPI is there, waits for it, passes
 * signals on, and ends as the rank does. When the rank dies inside a trial, and the cause is known, it records
 * the cause beside the results file and prints it, so that the resumed campaign knows the cause.
 *
 * Known are a crash (SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS) and an end by exit() inside the code of
 * a trial, and an end for want of memory, where the system counts those. Another end of this one rank inside a
 * trial is noted without a cause. Nothing is noted when the rank was told to stop, when the launcher is gone,
 * or when this process is killed too: then the whole job was.
 */
#ifndef EPILUX_CLI_GUARDIAN_H
#define EPILUX_CLI_GUARDIAN_H

/** Forks the rank: returns in it, signals that ask to stop blocked (parallel/signals.h), and never in this
 * process, which ends as the rank does. Where the system gives no process or no page, the caller goes on
 * without a guardian. Call before threads are made. */
void epx_guardian_fork(void);

#endif
