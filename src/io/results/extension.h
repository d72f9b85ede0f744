/** @file
 * Extension: enlarges a campaign by instances or design points; the earlier trials stay as they are.
 */
#ifndef EPILUX_IO_RESULTS_EXTENSION_H
#define EPILUX_IO_RESULTS_EXTENSION_H

#include "io/campaign.h"

/** What there was, and what there shall be. Zeroed: nothing. */
typedef struct {
  epx_campaign *earlier; /* as the results file's deck says; its records pending */
  epx_campaign *larger;
} epx_extension;

/** Creates both campaigns from the deck in a results file. n_instances, n_points: what the larger one shall
 * have; 0: as many as before. The larger deck is the earlier one with population.instances and design.points
 * set. Errors: EPX_EINPUT: fewer than there are; a design that has no number of points, or whose larger table
 * does not begin with the earlier points; a larger design whose blocks are smaller (its networks would share
 * their steps with others, and earlier trials would have other bits); of epx_results_create_deck(),
 * epx_campaign_create(). */
epx_err epx_extension_create(const char *path, int n_instances, int n_points, epx_extension *extension);

/** Creates the larger campaign alone, its points not looked at: all that a rank without files needs. Errors: as above. */
epx_err epx_extension_create_larger(const char *path, int n_instances, int n_points,
                                    epx_extension *extension);

/** Completes it to what epx_extension_create() makes. Errors: as there. */
epx_err epx_extension_complete(const char *path, epx_extension *extension);

void epx_extension_destroy(epx_extension *extension);

/** Merges the earlier campaign's records into the larger one. */
void epx_extension_merge_records(epx_extension *extension);

#endif
