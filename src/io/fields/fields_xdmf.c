/** @file
 * Fields, for ParaView: XDMF 2, which both of its readers take. Nodes are a unit apart; a lattice of one
 * plane is a grid of one plane, so that shapes of grid and data are the same.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "io/fields/fields_private.h"

/* Writes text between tags or quotes. */
static void write_escaped(FILE *file, const char *text) {
  for (; *text; text++) {
    switch (*text) {
    case '&':
      fputs("&amp;", file);
      break;
    case '<':
      fputs("&lt;", file);
      break;
    case '>':
      fputs("&gt;", file);
      break;
    case '"':
      fputs("&quot;", file);
      break;
    default:
      fputc(*text, file);
    }
  }
}

static void write_vector(FILE *file, const char *values) {
  fprintf(file,
          "        <DataItem Dimensions=\"3\" NumberType=\"Float\" Precision=\"8\" "
          "Format=\"XML\">%s</DataItem>\n",
          values);
}

static void write_column(FILE *file, const char *data, const int *shape, const epx_snapshot_column *column) {
  fprintf(file, "      <Attribute Name=\"");
  write_escaped(file, column->name);
  fprintf(file,
          "\" AttributeType=\"Scalar\" Center=\"Node\">\n"
          "        <DataItem Dimensions=\"%d %d %d\" NumberType=\"Float\" Precision=\"8\" Format=\"HDF\">",
          shape[0], shape[1], shape[2]);
  write_escaped(file, data);
  fprintf(file, ":/");
  write_escaped(file, column->name);
  fprintf(file, "</DataItem>\n      </Attribute>\n");
}

epx_err epx_fields_write_xdmf(const char *path, const char *data, const epx_snapshot *snapshot) {
  const int *shape = snapshot->shape;
  FILE *file = fopen(path, "wx");
  if (!file) return EPX_RAISE(EPX_EFILE, "%s: cannot be made: %s", path, strerror(errno));
  fprintf(file,
          "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
          "<Xdmf Version=\"2.0\">\n"
          "  <Domain>\n"
          "    <Grid Name=\"lattice\" GridType=\"Uniform\">\n"
          "      <Topology TopologyType=\"3DCoRectMesh\" Dimensions=\"%d %d %d\"/>\n"
          "      <Geometry GeometryType=\"ORIGIN_DXDYDZ\">\n",
          shape[0], shape[1], shape[2]);
  write_vector(file, "0 0 0");
  write_vector(file, "1 1 1");
  fprintf(file, "      </Geometry>\n");
  for (int c = 0; c < snapshot->n_columns; c++)
    write_column(file, data, shape, &snapshot->column[c]);
  fprintf(file, "    </Grid>\n  </Domain>\n</Xdmf>\n");
  const bool failed = ferror(file) != 0;
  if (fclose(file) != 0 || failed) return EPX_RAISE(EPX_EFILE, "%s: cannot be written", path);
  return EPX_OK;
}
