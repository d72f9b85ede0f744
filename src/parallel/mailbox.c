/** @file
 * Mailbox: a ring of messages under one mutex. Slots keep their memory, so that passing a message costs a
 * copy.
 */
#include "parallel/mailbox.h"

#include <string.h>
#include <threads.h>
#include <time.h>

#include "epilux/base/array.h"

enum { N_SLOTS = 16 };

struct epx_mailbox {
  mtx_t lock;
  cnd_t changed;
  epx_message slot[N_SLOTS];
  int first, n;
};

epx_err epx_mailbox_create(epx_mailbox **out) {
  *out = NULL;
  epx_mailbox *mailbox;
  EPX_TRY(EPX_ARRAY(mailbox, 1));
  if (mtx_init(&mailbox->lock, mtx_plain) != thrd_success || cnd_init(&mailbox->changed) != thrd_success) {
    epx_array_destroy(&mailbox);
    return EPX_RAISE(EPX_EMEMORY, "no lock for a thread to be had");
  }
  *out = mailbox;
  return EPX_OK;
}

void epx_mailbox_destroy(epx_mailbox **address) {
  epx_mailbox *mailbox = *address;
  if (!mailbox) return;
  for (int k = 0; k < N_SLOTS; k++)
    epx_message_destroy(&mailbox->slot[k]);
  cnd_destroy(&mailbox->changed);
  mtx_destroy(&mailbox->lock);
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
  mtx_lock(&mailbox->lock);
  while (mailbox->n == N_SLOTS)
    cnd_wait(&mailbox->changed, &mailbox->lock);
  const int code = copy(&mailbox->slot[(mailbox->first + mailbox->n) % N_SLOTS], message);
  if (code == EPX_OK) mailbox->n++;
  cnd_broadcast(&mailbox->changed);
  mtx_unlock(&mailbox->lock);
  return code;
}

epx_err epx_mailbox_read(epx_mailbox *mailbox, epx_message *message, bool *got) {
  mtx_lock(&mailbox->lock);
  *got = mailbox->n > 0;
  if (*got) {
    /* The two exchange their memory. */
    const epx_message read = mailbox->slot[mailbox->first];
    mailbox->slot[mailbox->first] = *message;
    *message = read;
    mailbox->first = (mailbox->first + 1) % N_SLOTS;
    mailbox->n--;
    cnd_broadcast(&mailbox->changed);
  }
  mtx_unlock(&mailbox->lock);
  return EPX_OK;
}

void epx_mailbox_wait(epx_mailbox *mailbox, double seconds) {
  struct timespec until;
  timespec_get(&until, TIME_UTC);
  const double whole = (double)(long)seconds;
  until.tv_sec += (time_t)whole;
  until.tv_nsec += (long)(1e9 * (seconds - whole));
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  mtx_lock(&mailbox->lock);
  if (mailbox->n == 0) cnd_timedwait(&mailbox->changed, &mailbox->lock, &until);
  mtx_unlock(&mailbox->lock);
}
