/** @file
 * Exchange: what a driver says and is answered, a line of JSON each.
 *
 *   at first, unasked  {"epilux": "0.2.0", "factors": [{"path": …, "unit": …, "low": …, "high": …, "scale": …},
 *                      {"path": …, "values": [...]}], "metrics": [...], "instances": N}
 *   asked              {"id": 7, "point": {"loss": 0.5, "network.inputs.scale": "0.2", "estimator": "plain"}, "instances": 8}
 *   answered           {"id": 7, "point": {path: value}, "state": ["done", …], "metrics": {"accuracy": [1, …]},
 *                      "yield": {"value": 0.9, "low": 0.8, "high": 0.95, "count": 8}, "seconds": 0.01}
 *   or                 {"id": 7, "error": "one line: what is wrong, and what would be right"}
 *
 * A point has a value for each factor, by its path or the end of it; numbers are in the factor's unit, or texts with
 * one. It is data: nothing of it becomes text of a deck. "id", any word or number, is given back; "instances" is the deck's
 * without it. A number that is not there (a metric of a failed trial) is null; "yield" stands there where the deck asks
 * for one. A line may be 1 MiB long.
 */
#ifndef EPILUX_IO_EXCHANGE_EXCHANGE_H
#define EPILUX_IO_EXCHANGE_EXCHANGE_H

#include <stdio.h>

#include "io/exchange/evaluator.h"

/** Serves one driver until it says no more: greets it, then answers each line of `in` on `out`, in order. What a line has
 * wrong is answered. *broken: `out` cannot be written any more, the driver has left. Errors: those of a broken run. */
epx_err epx_exchange_solve(const epx_deck *deck, epx_evaluator *evaluator, FILE *in, FILE *out, bool *broken);

#endif
