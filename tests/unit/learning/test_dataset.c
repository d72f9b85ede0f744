/** @file
 * Datasets: CSV and IDX, plain and gzipped, and one clear line for each thing that can be wrong with them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/array.h"
#include "learning/task/dataset.h"
#include "learning/task/task.h"

static const char plain_name[] = "test_dataset.tmp", second_name[] = "test_dataset_2.tmp";

static void write_bytes(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

static void write_gzipped(const char *path, const void *bytes, unsigned size) {
  gzFile file = gzopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(gzwrite(file, bytes, size), size);
  assert_int_equal(gzclose(file), Z_OK);
}

static epx_err create_csv(const char *path, epx_dataset **dataset) {
  const epx_csv_table table = {.path = path};
  return epx_dataset_create_csv(&table, dataset);
}

static int remove_files(void **state) {
  (void)state;
  remove(plain_name);
  remove(second_name);
  return 0;
}

static void csv_is_read_with_and_without_a_header(void **state) {
  (void)state;
  static const char *const texts[] = {
      "1,2.5,0\n3,-4e2,1\n",
      "x,y,class\n1,2.5,0\n3,-4e2,1\n",
      "x,y,7\r\n\r\n1,2.5,0\r\n3,-4e2,1",
      "2,2,first,second\n1,2.5,0\n3,-4e2,1\n",
      "\xEF\xBB\xBF"
      "1 , 2.5 ,\t0\n\n 3,-400,\"1\"\n\n",
      "\"x\",\"y\",\"class\"\n1,2.5,apple\n3,-4e2,pear\n",
      "1,2.5,-1\n3,-4e2,+1.0\n",
  };
  static const double features[] = {1, 2.5, 3, -400};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    write_bytes(plain_name, texts[i], strlen(texts[i]));
    epx_dataset *dataset = NULL;
    if (create_csv(plain_name, &dataset) != EPX_OK) fail_msg("%zu: %s", i, epx_error_get_message());
    assert_int_equal(dataset->n_samples, 2);
    assert_int_equal(dataset->n_features, 2);
    assert_int_equal(dataset->n_classes, 2);
    assert_memory_equal(dataset->features, features, sizeof features);
    assert_int_equal(dataset->labels[0], 0);
    assert_int_equal(dataset->labels[1], 1);
    epx_dataset_destroy(&dataset);
  }
}

static void classes_are_sorted_by_value_when_all_are_numbers(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int labels[4];
  } cases[] = {{"0,10\n0,9\n0,-1\n0,9.0\n", {2, 1, 0, 1}}, {"0,10\n0,9\n0,b\n0,B\n", {0, 1, 3, 2}}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_bytes(plain_name, cases[i].text, strlen(cases[i].text));
    epx_dataset *dataset = NULL;
    assert_int_equal(create_csv(plain_name, &dataset), EPX_OK);
    assert_memory_equal(dataset->labels, cases[i].labels, sizeof cases[i].labels);
    epx_dataset_destroy(&dataset);
  }
}

static void gzipped_csv_reads_like_the_plain_one(void **state) {
  (void)state;
  static char text[400000];
  size_t n = 0;
  for (int i = 0; i < 20000; i++)
    n += (size_t)snprintf(text + n, sizeof text - n, "%d.25,%d,%d\n", i, 2 * i, i % 3);
  write_gzipped(plain_name, text, (unsigned)n);
  write_bytes(second_name, text, n);
  epx_dataset *zipped = NULL, *plain = NULL;
  assert_int_equal(create_csv(plain_name, &zipped), EPX_OK);
  assert_int_equal(create_csv(second_name, &plain), EPX_OK);
  assert_int_equal(zipped->n_samples, 20000);
  assert_int_equal(zipped->n_classes, 3);
  assert_memory_equal(zipped->features, plain->features, 40000 * sizeof(double));
  assert_true(zipped->features[2 * 19999] == 19999.25);
  epx_dataset_destroy(&zipped);
  epx_dataset_destroy(&plain);
}

/* Text, and what the message must begin with after the file's name and hold. */
static void bad_csv_is_refused_at_its_line(void **state) {
  (void)state;
  static const struct {
    const char *text, *place, *what;
  } cases[] = {
      {"1,2,0\n1,,1\n", ":2: ", "column 2 is empty"},
      {"1,2,0\n\n1,x,1\n", ":3: ", "'x'"},
      {"a,b,c\n1,2,0\n1,nan,1\n", ":3: ", "finite"},
      {"1,2,0\n1,inf,1\n", ":2: ", "finite"},
      {"1,2,0\n1,1e999,1\n", ":2: ", "finite"},
      {",2,0\n1,3,1\n", ":1: ", "empty"},
      {"1,x,0\n1,3,1\n", ":1: ", "'x'"},
      {"1,2,0\n1,2\n", ":2: ", "2 cells"},
      {"1,2,0\n1,2,0,1\n", ":2: ", "4 cells"},
      {"1,2,0\n1,2,\n", ":2: ", "class"},
      {"1,2,0\n1,2,nan\n", ":2: ", "class"},
      {"a,b,c,d\n1,2,0\n", ":2: ", "header has 4"},
      {"150,2,yes,no\n1,2,0\n1,2,1\n", ":1: ", "150 samples"},
      {"1;2;0\n2;3;1\n", ":1: ", "commas"},
      {"", ": ", "no samples"},
      {"a,b,c\n", ": ", "no samples"},
      {"1,2,0\n1,3,0\n", ": ", "at least two classes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_bytes(plain_name, cases[i].text, strlen(cases[i].text));
    epx_dataset *dataset = NULL;
    assert_int_equal(create_csv(plain_name, &dataset), EPX_EINPUT);
    assert_null(dataset);
    const char *message = epx_error_get_message();
    assert_memory_equal(message, plain_name, strlen(plain_name));
    if (!strstr(message, cases[i].place) || !strstr(message, cases[i].what)) fail_msg("%zu: %s", i, message);
    assert_memory_equal(message + strlen(plain_name), cases[i].place, strlen(cases[i].place));
    assert_null(strchr(message, '\n'));
  }
}

static void binary_garbage_is_refused(void **state) {
  (void)state;
  static const char bytes[] = "PK\3\4\0\0,1,2\n\0\0\0\n,,\xFF\n";
  write_bytes(plain_name, bytes, sizeof bytes);
  epx_dataset *dataset = NULL;
  assert_int_equal(create_csv(plain_name, &dataset), EPX_EINPUT);
}

static void file_that_is_not_there_or_damaged_is_a_file_error(void **state) {
  (void)state;
  epx_dataset *dataset = NULL;
  assert_int_equal(create_csv("no/such/file.csv", &dataset), EPX_EFILE);
  assert_int_equal(create_csv(".", &dataset), EPX_EINPUT);
  static char text[4000];
  memset(text, '1', sizeof text);
  for (size_t i = 0; i < sizeof text; i += 7)
    text[i] = i % 2 ? ',' : '\n';
  write_gzipped(plain_name, text, sizeof text);
  FILE *file = fopen(plain_name, "rb");
  assert_non_null(file);
  unsigned char zipped[4000];
  const size_t size = fread(zipped, 1, sizeof zipped, file);
  fclose(file);
  write_bytes(plain_name, zipped, size / 2);
  assert_int_equal(create_csv(plain_name, &dataset), EPX_EFILE);
  assert_non_null(strstr(epx_error_get_message(), "ends early"));
  zipped[size / 2] ^= 0x55;
  write_bytes(plain_name, zipped, size);
  assert_int_equal(create_csv(plain_name, &dataset), EPX_EFILE);
  assert_null(dataset);
}

static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 128, 255, 7, 8, 9};
static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 4, 1};

static void idx_is_read_plain_and_gzipped(void **state) {
  (void)state;
  static const double features[] = {0, 128, 255, 7, 8, 9};
  for (int zipped = 0; zipped < 2; zipped++) {
    if (zipped) {
      write_gzipped(plain_name, images, sizeof images);
      write_gzipped(second_name, labels, sizeof labels);
    } else {
      write_bytes(plain_name, images, sizeof images);
      write_bytes(second_name, labels, sizeof labels);
    }
    epx_dataset *dataset = NULL;
    assert_int_equal(epx_dataset_create_idx(plain_name, second_name, &dataset), EPX_OK);
    assert_int_equal(dataset->n_samples, 2);
    assert_int_equal(dataset->n_features, 3);
    assert_int_equal(dataset->n_classes, 2); /* labels 4 and 1: no class is empty */
    assert_memory_equal(dataset->features, features, sizeof features);
    assert_int_equal(dataset->labels[0], 1);
    assert_string_equal(dataset->names[0], "1");
    assert_string_equal(dataset->names[1], "4");
    epx_dataset_destroy(&dataset);
  }
}

/* Each case changes one byte (value) of one of the two files or cuts or pads it (size). */
static void bad_idx_is_refused_by_file(void **state) {
  (void)state;
  static const struct {
    int of_labels, byte;
    unsigned char value;
    size_t size;
    const char *what;
  } cases[] = {
      {0, 2, 9, 22, "magic number"},   {0, 3, 1, 22, "exchanged"},    {1, 3, 3, 10, "exchanged"},
      {1, 0, 'P', 10, "magic number"}, {0, 0, 0, 21, "truncated"},    {0, 0, 0, 23, "too long"},
      {0, 0, 0, 9, "truncated"},       {1, 0, 0, 9, "truncated"},     {0, 0, 0, 2, "truncated"},
      {0, 7, 0, 22, "size 0"},         {0, 4, 0xFF, 22, "size 42"},   {0, 8, 0x7F, 22, "truncated"},
      {1, 7, 1, 9, "1 labels"},        {1, 9, 4, 10, "all 2 labels"}, {1, 0, 0, 0, "truncated"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    unsigned char bytes[2][32] = {{0}};
    memcpy(bytes[0], images, sizeof images);
    memcpy(bytes[1], labels, sizeof labels);
    size_t sizes[2] = {sizeof images, sizeof labels};
    const int k = cases[i].of_labels;
    bytes[k][cases[i].byte] = cases[i].value;
    sizes[k] = cases[i].size;
    write_bytes(plain_name, bytes[0], sizes[0]);
    write_bytes(second_name, bytes[1], sizes[1]);
    epx_dataset *dataset = NULL;
    assert_int_equal(epx_dataset_create_idx(plain_name, second_name, &dataset), EPX_EINPUT);
    assert_null(dataset);
    const char *name = k ? second_name : plain_name;
    assert_memory_equal(epx_error_get_message(), name, strlen(name));
    assert_non_null(strstr(epx_error_get_message(), cases[i].what));
  }
}

/* Two classes, a and b, and a file that has them in another order and one more. */
static void held_out_samples_are_added_by_the_names_of_their_classes(void **state) {
  (void)state;
  static const char own[] = "1,2,3,a\n4,5,6,b\n", held_out[] = "1,1,1,b\n2,2,2,c\n3,3,5,b\n";
  epx_dataset *first = NULL, *other = NULL;
  write_bytes(plain_name, own, strlen(own));
  write_bytes(second_name, held_out, strlen(held_out));
  assert_int_equal(create_csv(plain_name, &first), EPX_OK);
  assert_int_equal(create_csv(second_name, &other), EPX_OK);
  assert_int_equal(epx_dataset_add(other, "other", false, first), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(),
                         "other: contains samples of class 'c', but the training part has only"));
  assert_int_equal(first->n_samples, 2);
  assert_int_equal(epx_dataset_add(other, "other", true, first), EPX_OK);
  assert_int_equal(first->n_samples, 4);
  assert_true(first->features[11] == 5 && first->labels[2] == 1 && first->labels[3] == 1);
  other->n_features = 1;
  assert_int_equal(epx_dataset_add(other, "other", true, first), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "other: 1 features, but the training part has 3"));
  epx_dataset_destroy(&first);
  epx_dataset_destroy(&other);
}

/* Labels 1 and 4 here, 1 and 0 there. */
static void held_out_labels_that_the_training_part_lacks_are_refused(void **state) {
  (void)state;
  static const unsigned char others[] = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};
  static const char third_name[] = "test_dataset_3.tmp";
  write_bytes(plain_name, images, sizeof images);
  write_bytes(second_name, labels, sizeof labels);
  write_bytes(third_name, others, sizeof others);
  const epx_task_spec spec = {.name = "idx",
                              .path = plain_name,
                              .labels = second_name,
                              .test_path = plain_name,
                              .test_labels = third_name};
  epx_task *task = NULL;
  assert_int_equal(epx_task_create(&spec, 1, &task), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "class '0', but the training part has only '1' to '4'"));
  remove(third_name);
}

/* What a header may be, and the samples, features, classes and names that are read. */
static void headers_and_labels_are_told_from_samples(void **state) {
  (void)state;
  static const struct {
    const char *text, *label;
    epx_csv_header header;
    int n_samples, n_features, n_classes;
    const char *names[3];
  } cases[] = {
      /* pandas: columns are numbered; fractions below, or so many columns */
      {"0,1,2\n.5,1.5,0\n2.5,3.5,1\n", NULL, EPX_CSV_AUTO, 2, 2, 2, {"0", "1"}},
      {"0,1,class\n.5,1,0\n2,3,1\n", NULL, EPX_CSV_AUTO, 2, 2, 2, {"0", "1"}},
      {"0,1,2,3\n5,1,7,0\n2,3,9,1\n", NULL, EPX_CSV_AUTO, 2, 3, 2, {"0", "1"}},
      {"0,1,2\n5,1,0\n2,3,1\n", NULL, EPX_CSV_AUTO, 3, 2, 3, {"0", "1", "2"}},
      {"0,1,2\n5,1,0\n2,3,1\n", NULL, EPX_CSV_PRESENT, 2, 2, 2, {"0", "1"}},
      {"0,1\n0,1\n0,0\n", NULL, EPX_CSV_AUTO, 3, 1, 2, {"0", "1"}},
      {"0,1,2,3\n.5,1.5,.2,0\n", NULL, EPX_CSV_ABSENT, 2, 3, 2, {"0", "3"}},
      /* the label's column by name and by number */
      {"label,a,b\n7,1,2\n8,2,3\n", "label", EPX_CSV_AUTO, 2, 2, 2, {"7", "8"}},
      {"label,a,b\n7,1,2\n8,2,3\n", "b", EPX_CSV_AUTO, 2, 2, 2, {"2", "3"}},
      {"7,1.5,2.5\n8,2.5,3.5\n7,1.5,2\n", "1", EPX_CSV_AUTO, 3, 2, 2, {"7", "8"}},
      {"0,1,2\n.5,x,1\n.7,y,2\n", "1", EPX_CSV_PRESENT, 2, 2, 2, {"x", "y"}},
      /* quotes of RFC 4180 */
      {"\"x, mm\",\"y \"\"z\"\"\",class\n1,2,\"a,b\"\n3,4,\"c\nd\"\n",
       NULL,
       EPX_CSV_AUTO,
       2,
       2,
       2,
       {"a,b", "c\nd"}},
      {"2,2,red,blue\n1,2.5,0\n3,-4e2,1\n", NULL, EPX_CSV_AUTO, 2, 2, 2, {"red", "blue"}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const epx_csv_table table = {.path = plain_name, .label = cases[i].label, .header = cases[i].header};
    epx_dataset *dataset = NULL;
    write_bytes(plain_name, cases[i].text, strlen(cases[i].text));
    if (epx_dataset_create_csv(&table, &dataset) != EPX_OK) fail_msg("%zu: %s", i, epx_error_get_message());
    if (dataset->n_samples != cases[i].n_samples || dataset->n_features != cases[i].n_features ||
        dataset->n_classes != cases[i].n_classes)
      fail_msg("%zu: %d samples, %d features, %d classes", i, dataset->n_samples, dataset->n_features,
               dataset->n_classes);
    for (int k = 0; k < dataset->n_classes; k++)
      assert_string_equal(dataset->names[k], cases[i].names[k]);
    epx_dataset_destroy(&dataset);
  }
}

static void labels_that_are_hardly_meant_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *label, *what;
  } cases[] = {
      {"label,a,b\n0,1,2\n1,2,3\n", NULL, ":1: which column is the class, 'label' or the last, 'b'?"},
      {"0,.25,1.5\n1,.35,2.5\n0,.45,3.5\n", NULL, ": column 3, the last, has 3 different numbers"},
      {"a,b,c\n0,1,2\n1,2,3\n", "d", ":1: task.label: no column 'd'"},
      {"0,1,2\n1,2,3\n", "4",
       ":1: task.label: no column '4'; give a name from the header, or a number from 1 to 3"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const epx_csv_table table = {.path = plain_name, .label = cases[i].label};
    epx_dataset *dataset = NULL;
    write_bytes(plain_name, cases[i].text, strlen(cases[i].text));
    assert_int_equal(epx_dataset_create_csv(&table, &dataset), EPX_EINPUT);
    if (!strstr(epx_error_get_message(), cases[i].what)) fail_msg("%s", epx_error_get_message());
    assert_null(dataset);
  }
}

static void idx_tasks_may_have_a_held_out_file(void **state) {
  (void)state;
  write_bytes(plain_name, images, sizeof images);
  write_bytes(second_name, labels, sizeof labels);
  epx_task_spec spec = {.name = "idx", .path = plain_name, .labels = second_name, .test_path = plain_name};
  epx_task *task = NULL;
  assert_int_equal(epx_task_create(&spec, 1, &task), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "task.test_labels"));
  spec.test_labels = second_name;
  assert_int_equal(epx_task_create(&spec, 1, &task), EPX_OK);
  assert_int_equal(task->n_train, 2);
  assert_int_equal(task->n_test, 2);
  assert_int_equal(task->test[0], 2);
  assert_memory_equal(task->features, task->features + 6, 6 * sizeof(double));
  epx_task_destroy(&task);
  spec.test_fraction = 0.5;
  assert_int_equal(epx_task_create(&spec, 1, &task), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "the held-out samples come from task.test_path"));
}

static void classes_are_kept_in_the_order_asked_for(void **state) {
  (void)state;
  static const int labels_before[] = {0, 2, 1, 2, 3}, classes[] = {2, 0};
  epx_dataset *dataset = NULL;
  static const char text[] = "0,0\n1,2\n2,1\n3,2\n4,3\n";
  write_bytes(plain_name, text, strlen(text));
  assert_int_equal(create_csv(plain_name, &dataset), EPX_OK);
  assert_memory_equal(dataset->labels, labels_before, sizeof labels_before);
  assert_int_equal(epx_dataset_set_classes(2, classes, dataset), EPX_OK);
  assert_string_equal(dataset->names[0], "2");
  static const int labels_after[] = {1, 0, 0};
  static const double features[] = {0, 1, 3};
  assert_int_equal(dataset->n_samples, 3);
  assert_int_equal(dataset->n_classes, 2);
  assert_memory_equal(dataset->labels, labels_after, sizeof labels_after);
  assert_memory_equal(dataset->features, features, sizeof features);
  epx_dataset_destroy(&dataset);
}

static void classes_that_cannot_be_kept_are_refused(void **state) {
  (void)state;
  static const struct {
    int n, classes[3];
    const char *what;
  } cases[] = {{1, {0}, "at least two"},
               {3, {0, 1, 0}, "class 0 appears twice"},
               {2, {0, 2}, "no sample is of class 2; the classes are numbered 0 to 1"},
               {2, {0, -1}, "no sample is of class -1"}};
  epx_dataset *dataset = NULL;
  assert_int_equal(epx_dataset_create_xor(&dataset), EPX_OK);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(epx_dataset_check_classes(cases[i].n, cases[i].classes, dataset), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), cases[i].what));
  }
  epx_dataset_destroy(&dataset);
}

/* Classes that change place do so in the held-out file, too. */
static void held_out_samples_keep_the_same_classes(void **state) {
  (void)state;
  write_bytes(plain_name, images, sizeof images);
  write_bytes(second_name, labels, sizeof labels);
  epx_task_spec all = {.name = "idx",
                       .path = plain_name,
                       .labels = second_name,
                       .test_path = plain_name,
                       .test_labels = second_name},
                spec = all;
  epx_task *whole = NULL, *task = NULL;
  const int asked[] = {labels[9], labels[8]};
  spec.n_classes = 2;
  spec.classes = asked;
  assert_int_equal(epx_task_create(&all, 1, &whole), EPX_OK);
  assert_int_equal(epx_task_create(&spec, 1, &task), EPX_OK);
  assert_int_equal(task->n_classes, 2);
  assert_int_equal(task->n_samples, whole->n_samples);
  for (int i = 0; i < task->n_samples; i++)
    assert_string_equal(task->names[task->labels[i]], whole->names[whole->labels[i]]);
  assert_string_equal(task->names[0], "1");
  epx_task_destroy(&whole);
  epx_task_destroy(&task);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(csv_is_read_with_and_without_a_header),
      cmocka_unit_test(classes_are_sorted_by_value_when_all_are_numbers),
      cmocka_unit_test(gzipped_csv_reads_like_the_plain_one),
      cmocka_unit_test(bad_csv_is_refused_at_its_line),
      cmocka_unit_test(binary_garbage_is_refused),
      cmocka_unit_test(file_that_is_not_there_or_damaged_is_a_file_error),
      cmocka_unit_test(idx_is_read_plain_and_gzipped),
      cmocka_unit_test(bad_idx_is_refused_by_file),
      cmocka_unit_test(held_out_samples_are_added_by_the_names_of_their_classes),
      cmocka_unit_test(held_out_labels_that_the_training_part_lacks_are_refused),
      cmocka_unit_test(headers_and_labels_are_told_from_samples),
      cmocka_unit_test(labels_that_are_hardly_meant_are_refused),
      cmocka_unit_test(idx_tasks_may_have_a_held_out_file),
      cmocka_unit_test(classes_are_kept_in_the_order_asked_for),
      cmocka_unit_test(classes_that_cannot_be_kept_are_refused),
      cmocka_unit_test(held_out_samples_keep_the_same_classes),
  };
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
