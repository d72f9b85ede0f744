/** @file
 * Node: ranks of one machine read the same samples and the same design, which are those that each would have made.
 */
#include <mpi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "io/tasks.h"
#include "learning/task/packed.h"
#include "parallel/node.h"

/* Two tasks of more than EPX_NODE_LEAST bytes, and a design of as many. */
static const char text[] = "study: {name: node}\n"
                           "network: {family: kerr, topology: {nodes: 3}}\n"
                           "task: {name: moons, samples: 50000, test_fraction: 0.01}\n"
                           "learning: {epochs: 0}\n"
                           "population: {instances: 3}\n"
                           "metrics: [loss]\n"
                           "design:\n"
                           "  method: latin-hypercube\n"
                           "  points: 44000\n"
                           "  factors:\n"
                           "    network.parameters.loss: {low: 0.5, high: 2}\n"
                           "    network.parameters.kerr: {low: 0.1, high: 1}\n"
                           "    task.constant: {values: [true, false]}\n";

static epx_campaign *create(bool surveyed) {
  epx_deck *deck;
  epx_campaign *campaign;
  assert_int_equal(epx_deck_read_text("node.yaml", text, &deck), EPX_OK);
  const int code =
      surveyed ? epx_campaign_create(deck, &campaign) : epx_campaign_create_unsurveyed(deck, &campaign);
  if (code != EPX_OK) fail_msg("%s", epx_error_get_message());
  return campaign;
}

static void assert_same_task(const epx_task *a, const epx_task *b) {
  assert_int_equal(a->n_samples, b->n_samples);
  assert_int_equal(a->n_features, b->n_features);
  assert_int_equal(a->n_raw, b->n_raw);
  assert_int_equal(a->n_classes, b->n_classes);
  assert_int_equal(a->n_train, b->n_train);
  assert_int_equal(a->n_test, b->n_test);
  assert_int_equal(a->n_validation, b->n_validation);
  assert_memory_equal(a->features, b->features,
                      sizeof(double) * (size_t)a->n_samples * (size_t)a->n_features);
  assert_memory_equal(a->labels, b->labels, sizeof(int) * (size_t)a->n_samples);
  assert_memory_equal(a->train, b->train, sizeof(int) * (size_t)a->n_train);
  assert_memory_equal(a->test, b->test, sizeof(int) * (size_t)a->n_test);
  for (int k = 0; k < a->n_classes; k++)
    assert_string_equal(a->names[k], b->names[k]);
}

static void ranks_know_what_the_first_found(void **state) {
  (void)state;
  int rank, n_ranks;
  epx_node *node;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
  epx_campaign *alone = create(false), *campaign = create(rank == 0);
  assert_int_equal(epx_node_create(MPI_COMM_WORLD, campaign, &node), EPX_OK);
  const epx_campaign_facts facts = epx_campaign_get_facts(campaign);
  assert_int_equal(facts.n_instances, 3);
  assert_int_equal(facts.block, 1); /* a batch is all samples */
  assert_int_equal(facts.record, 3);
  assert_int_equal(facts.n_ranks, 1);
  assert_true((campaign->record != NULL) == (rank == 0));
  assert_true(campaign->shares_design == (n_ranks > 1));
  assert_memory_equal(campaign->design->value, alone->design->value, sizeof(double) * 3 * 44000);
  int found[EPX_TASKS_MAX];
  assert_int_equal(epx_tasks_find(campaign->tasks, found), 2);
  for (int k = 0; k < 2; k++) {
    epx_task *shared, *own;
    assert_int_equal(epx_campaign_create_task(campaign, found[k], &shared), EPX_OK);
    assert_int_equal(epx_campaign_create_task(alone, found[k], &own), EPX_OK);
    assert_true(shared->borrowed == (n_ranks > 1));
    assert_false(own->borrowed);
    assert_same_task(shared, own);
    epx_task_destroy(&shared);
    epx_task_destroy(&own);
  }
  epx_node_destroy(&node);
  epx_campaign_destroy(&campaign);
  epx_campaign_destroy(&alone);
}

static void a_packed_task_is_the_task(void **state) {
  (void)state;
  const epx_task_spec spec = {
      .name = "iris", .test_fraction = 0.2, .validation_fraction = 0.1, .scaling = EPX_SCALE_STANDARD};
  epx_task *task, *packed;
  char *bytes;
  assert_int_equal(epx_task_create(&spec, 1, &task), EPX_OK);
  assert_int_equal(EPX_ARRAY(bytes, epx_packed_get_size(task)), EPX_OK);
  epx_packed_write(task, bytes);
  assert_int_equal(epx_packed_create_task(bytes, &packed), EPX_OK);
  assert_same_task(packed, task);
  assert_int_equal(packed->n_validation, task->n_validation);
  assert_memory_equal(packed->validation, task->validation, sizeof(int) * (size_t)task->n_validation);
  epx_array_destroy(&bytes); /* its destruction reads none of it */
  epx_task_destroy(&packed);
  epx_task_destroy(&task);
}

int main(int n_arguments, char **arguments) {
  MPI_Init(&n_arguments, &arguments);
  const struct CMUnitTest tests[] = {cmocka_unit_test(ranks_know_what_the_first_found),
                                     cmocka_unit_test(a_packed_task_is_the_task)};
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
