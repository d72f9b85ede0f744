#include "parallel/node.h"

#include <string.h>

#include "base/array.h"
#include "io/tasks.h"
#include "learning/task/packed.h"

struct epx_node {
  MPI_Comm communicator; /* of the ranks of this machine */
  int rank, n_ranks;
  MPI_Win window[EPX_TASKS_MAX + 1];
  int n_windows;
};

static epx_err check(int status, const char *what) {
  return status == MPI_SUCCESS ? EPX_OK : EPX_RAISE(EPX_EMPI, "%s fails", what);
}

static epx_err init(MPI_Comm communicator, epx_node *node) {
  EPX_TRY(
      check(MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node->communicator),
            "MPI_Comm_split_type"));
  MPI_Comm_set_errhandler(node->communicator, MPI_ERRORS_RETURN);
  MPI_Comm_rank(node->communicator, &node->rank);
  MPI_Comm_size(node->communicator, &node->n_ranks);
  return EPX_OK;
}

/* The least of all ranks of the machine. */
static epx_err merge_least(epx_node *node, int *value) {
  return check(MPI_Allreduce(MPI_IN_PLACE, value, 1, MPI_INT, MPI_MIN, node->communicator), "MPI_Allreduce");
}

/* Makes a window of what the first rank says it needs; *bytes NULL on all ranks where one cannot have it. */
static epx_err create_window(epx_node *node, size_t n_bytes, void **bytes) {
  MPI_Win *window = &node->window[node->n_windows];
  void *own = NULL;
  MPI_Aint size;
  int unit, made;
  *bytes = NULL;
  made = MPI_Win_allocate_shared(node->rank == 0 ? (MPI_Aint)n_bytes : 0, 1, MPI_INFO_NULL,
                                 node->communicator, &own, window) == MPI_SUCCESS;
  int all = made;
  EPX_TRY(merge_least(node, &all));
  if (all && MPI_Win_shared_query(*window, 0, &size, &unit, bytes) != MPI_SUCCESS) all = 0;
  if (!all) {
    if (made) MPI_Win_free(window);
    *bytes = NULL;
    return EPX_OK;
  }
  node->n_windows++;
  return EPX_OK;
}

/* Waits until what the first rank wrote is there for all. */
static epx_err sync(epx_node *node) {
  MPI_Win window = node->window[node->n_windows - 1];
  EPX_TRY(check(MPI_Win_fence(0, window), "MPI_Win_fence"));
  return EPX_OK;
}

/* What the first rank of the machine has is everybody's: its code, and the bytes. */
static epx_err read_size(epx_node *node, int *code, size_t *n_bytes) {
  long long said[2] = {*code, (long long)*n_bytes};
  EPX_TRY(check(MPI_Bcast(said, 2, MPI_LONG_LONG, 0, node->communicator), "MPI_Bcast"));
  *code = (int)said[0];
  *n_bytes = (size_t)said[1];
  return EPX_OK;
}

static epx_err share_task(epx_node *node, const epx_campaign *campaign, int i_point) {
  epx_task *task = NULL, *packed;
  size_t n_bytes = 0;
  void *bytes;
  int code = node->rank == 0 ? epx_campaign_create_task(campaign, i_point, &task) : EPX_OK;
  if (code == EPX_OK && task) n_bytes = epx_packed_get_size(task);
  int said = code;
  int status = read_size(node, &said, &n_bytes);
  if (status == EPX_OK && said == EPX_OK && n_bytes >= EPX_NODE_LEAST)
    status = create_window(node, n_bytes, &bytes);
  else
    bytes = NULL;
  if (status == EPX_OK && bytes) {
    if (node->rank == 0) epx_packed_write(task, bytes);
    status = sync(node);
    if (status == EPX_OK) status = epx_packed_create_task(bytes, &packed);
    if (status == EPX_OK) epx_tasks_set(campaign->tasks, i_point, packed);
  }
  epx_task_destroy(&task);
  EPX_TRY(status);
  return node->rank == 0 ? code : said;
}

/* The values of the design points, where they are many. */
static epx_err share_design(epx_node *node, epx_campaign *campaign) {
  const size_t n_bytes =
      (size_t)campaign->n_points * (size_t)campaign->n_factors * sizeof *campaign->design->value;
  void *bytes;
  if (n_bytes < EPX_NODE_LEAST) return EPX_OK;
  EPX_TRY(create_window(node, n_bytes, &bytes));
  if (!bytes) return EPX_OK;
  if (node->rank == 0) memcpy(bytes, campaign->design->value, n_bytes);
  EPX_TRY(sync(node));
  epx_campaign_set_design_values(campaign, bytes);
  return EPX_OK;
}

static epx_err share(epx_node *node, epx_campaign *campaign) {
  int i_point[EPX_TASKS_MAX];
  if (node->n_ranks == 1) return EPX_OK;
  const int n = epx_tasks_find(campaign->tasks, i_point);
  for (int k = 0; k < n; k++)
    EPX_TRY(share_task(node, campaign, i_point[k]));
  return share_design(node, campaign);
}

/* All ranks have a campaign of the same deck; the first knows more of it. */
static epx_err share_facts(MPI_Comm communicator, epx_campaign *campaign) {
  int rank;
  epx_campaign_facts facts = {0};
  MPI_Comm_rank(communicator, &rank);
  const int code = rank == 0 ? epx_campaign_survey(campaign) : EPX_OK;
  if (rank == 0) facts = epx_campaign_get_facts(campaign);
  int said = code;
  EPX_TRY(check(MPI_Bcast(&said, 1, MPI_INT, 0, communicator), "MPI_Bcast"));
  if (said != EPX_OK) return rank == 0 ? code : said;
  EPX_TRY(check(MPI_Bcast(&facts, sizeof facts, MPI_BYTE, 0, communicator), "MPI_Bcast"));
  epx_campaign_set_facts(campaign, &facts);
  return EPX_OK;
}

epx_err epx_node_create(MPI_Comm communicator, epx_campaign *campaign, epx_node **out) {
  epx_node *node;
  *out = NULL;
  EPX_TRY(share_facts(communicator, campaign));
  EPX_TRY(EPX_ARRAY(node, 1));
  node->communicator = MPI_COMM_NULL;
  *out = node;
  EPX_TRY(init(communicator, node));
  return share(node, campaign);
}

void epx_node_destroy(epx_node **address) {
  epx_node *node = *address;
  if (!node) return;
  for (int w = 0; w < node->n_windows; w++)
    MPI_Win_free(&node->window[w]);
  if (node->communicator != MPI_COMM_NULL) MPI_Comm_free(&node->communicator);
  epx_array_destroy(address);
}
