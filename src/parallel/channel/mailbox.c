/** @file
 * Mailbox: a ring of messages under one mutex. Slots keep their memory, so that passing a message costs a
 * copy; the system is called only to wait, or to wake one who waits. Waits are timed by a clock that no one
 * sets, which C11's threads do not offer.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/channel/mailbox.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/array.h"

enum { N_SLOTS = 16 };

struct epx_mailbox {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  epx_message slot[N_SLOTS];
  int first, n, n_waiting;
};

epx_err epx_mailbox_create(epx_mailbox **out) {
  *out = NULL;
  epx_mailbox *mailbox;
  EPX_TRY(EPX_ARRAY(mailbox, 1));
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  int code = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  if (code == 0) code = pthread_mutex_init(&mailbox->lock, NULL);
  if (code == 0) code = pthread_cond_init(&mailbox->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  if (code != 0) {
    epx_array_destroy(&mailbox);
    return EPX_RAISE(EPX_EMEMORY, "cannot create a lock for a thread");
  }
  *out = mailbox;
  return EPX_OK;
}

void epx_mailbox_destroy(epx_mailbox **address) {
  epx_mailbox *mailbox = *address;
  if (!mailbox) return;
  for (int k = 0; k < N_SLOTS; k++)
    epx_message_destroy(&mailbox->slot[k]);
  pthread_cond_destroy(&mailbox->changed);
  pthread_mutex_destroy(&mailbox->lock);
  epx_array_destroy(address);
}

static epx_err copy(epx_message *to, const epx_message *from) {
  EPX_TRY(epx_message_set_capacity(to, from->n_bytes));
  unsigned char *data = to->data;
  const size_t capacity = to->capacity;
  *to = *from;
  to->data = data;
  to->capacity = capacity;
  if (from->n_bytes > 0) memcpy(data, from->data, from->n_bytes);
  return EPX_OK;
}

epx_err epx_mailbox_write(epx_mailbox *mailbox, const epx_message *message) {
  pthread_mutex_lock(&mailbox->lock);
  while (mailbox->n == N_SLOTS) {
    mailbox->n_waiting++;
    pthread_cond_wait(&mailbox->changed, &mailbox->lock);
    mailbox->n_waiting--;
  }
  const int code = copy(&mailbox->slot[(mailbox->first + mailbox->n) % N_SLOTS], message);
  if (code == EPX_OK) mailbox->n++;
  const bool awaited = mailbox->n_waiting > 0;
  pthread_mutex_unlock(&mailbox->lock);
  if (awaited) pthread_cond_broadcast(&mailbox->changed);
  return code;
}

epx_err epx_mailbox_read(epx_mailbox *mailbox, epx_message *message, bool *got) {
  pthread_mutex_lock(&mailbox->lock);
  *got = mailbox->n > 0;
  const bool awaited = *got && mailbox->n_waiting > 0;
  if (*got) {
    /* The two exchange their memory. */
    const epx_message read = mailbox->slot[mailbox->first];
    mailbox->slot[mailbox->first] = *message;
    *message = read;
    mailbox->first = (mailbox->first + 1) % N_SLOTS;
    mailbox->n--;
  }
  pthread_mutex_unlock(&mailbox->lock);
  if (awaited) pthread_cond_broadcast(&mailbox->changed);
  return EPX_OK;
}

void epx_mailbox_wait(epx_mailbox *mailbox, double seconds) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  const double whole = (double)(long)seconds;
  until.tv_sec += (time_t)whole;
  until.tv_nsec += (long)(1e9 * (seconds - whole));
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  pthread_mutex_lock(&mailbox->lock);
  if (mailbox->n == 0) {
    mailbox->n_waiting++;
    pthread_cond_timedwait(&mailbox->changed, &mailbox->lock, &until);
    mailbox->n_waiting--;
  }
  pthread_mutex_unlock(&mailbox->lock);
}
