/**
 * Picks an endpoint that should answer soon: draws two by chance, each as likely as its weight says, and takes the one whose
 * load is lower. The load is the moving average of the endpoint's response times, times the requests under way there and this
 * one, over its weight. It is the balancer of Finagle and Linkerd of that name.
 *
 * <p>The average is exponentially weighted by time, not by number ({@code decay}): a response that comes {@code t} after the
 * one before counts for {@code 1 - exp(-t / decay)} of it, so that an endpoint with many requests learns no faster than one
 * with few. It is sensitive to peaks: a time above the average becomes the average at once, and only comes down again in
 * time. So a slow endpoint is avoided with the first slow answer, and tried again carefully.
 *
 * <p>Without answers an average sinks, until nothing is known any more; what was avoided is tried again so after some time,
 * however slow it was. Of an endpoint of which nothing is known, one request finds out: until it is answered all others prefer
 * endpoints that are known. A failure counts as a response that took four times the average and at least {@code
 * failure-penalty}, since otherwise an endpoint that refuses connections would be the fastest of all.
 *
 * <p>What is learnt is kept by host and port, shared by all loops and by the sets that follow each other as endpoints come,
 * go and fall ill. It is forgotten when no set had the endpoint for between ten and twenty times {@code decay}, or earlier,
 * when 100,000 others came meanwhile. A pick reads two cells and the clock; an answer changes one by compare-and-set.
 */
package dev.chainless.plugin.peakewma;
