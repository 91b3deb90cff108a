/**
 * Picks an endpoint with few requests under way: draws two by chance, each as likely as its weight says, and takes the less
 * busy one (the power of two choices: Mitzenmacher, 2001). What is under way is counted over all event loops.
 *
 * <p>To look at all endpoints and take the least busy one would cost time for each, and would send all loops and all
 * gateways, who learn of a change at the same moment, to the same endpoint. Of two drawn by chance the worse is avoided
 * nearly as well, at a price that does not depend on how many there are. More {@code choices} come nearer to the least busy
 * one; for a handful of endpoints two are enough, as two different ones are drawn.
 *
 * <p>Busy is what is under way in relation to the weight. A request moves from the endpoint that was drawn first to the other
 * one if that is, with the request, still no busier than the first is without it. Where nothing is under way, each endpoint
 * so gets the share that its weight says; where much is, the shares of what is under way are as the weights. With equal
 * weights it is simply the one with fewer requests. An endpoint of weight 1 beside one of 99 does not get every other request
 * just as it is idle.
 *
 * <p>An endpoint that is slow collects requests and so gets fewer new ones, without anyone measuring time. One that fails
 * fast looks idle: what keeps requests from it are its health checks and its ejection, which take it out of the set.
 */
package dev.chainless.plugin.leastrequest;
