/** @file
 * Tasks: of the design points of a campaign, each kept once. Points have the same task where they agree in all
 * factors that set task.* or the seed.
 */
#ifndef EPILUX_IO_TASKS_H
#define EPILUX_IO_TASKS_H

#include "io/deck/deck.h"

typedef struct epx_tasks epx_tasks;

/** Tasks that are kept; one more takes the place of the oldest. */
enum { EPX_TASKS_MAX = 8 };

/** Creates room for the tasks of a design, which is borrowed, as the deck is. One thread at a time. Errors: EPX_EMEMORY. */
epx_err epx_tasks_create(const epx_deck *deck, const epx_design *design, epx_tasks **out);
void epx_tasks_destroy(epx_tasks **address);

/** Gets the task of a point, borrowed; NULL: none is kept. */
epx_task *epx_tasks_get(const epx_tasks *tasks, int i_point);

/** Sets the task of a point, and of all that have the same; it becomes the tasks' own. */
void epx_tasks_set(epx_tasks *tasks, int i_point, epx_task *task);

/** Finds the different tasks of all points: i_point [EPX_TASKS_MAX] the first point of each. Returns how many there are; 0:
 * more than are kept. */
int epx_tasks_find(const epx_tasks *tasks, int *i_point);

#endif
