/**
 * The host. {@link dev.chainless.host.Gateway} is its only door; the rest of this page is for who changes it.
 *
 * <h2>Generations</h2>
 *
 * <p>What a configuration is made into is a {@code Generation}: listeners with their routes and chains, clusters, and the
 * {@code Use}s of plugins, which are stages, codecs and balancers. {@code Assembly} makes it whole, or throws all that is
 * wrong. {@code Generations} holds the one of the moment; a request's head takes it with one volatile read, and that
 * exchange keeps it.
 *
 * <p>A reload ({@code Reloader}) makes the next generation out of the one before. Taken over is a stage, codec or balancer
 * whose plugin is the same instance and whose bound table is equal; an endpoint with its pools, whose codec and limits
 * are the same; a chain of the same stages; a route whose table, chain and clusters are the same; a listening socket of
 * the same address. Sockets are bound before anything is published. Then:
 *
 * <ol>
 * <li>one write publishes the generation;
 * <li>a task on each loop moves exchanges over whose stages all live on, so that a long download does not keep what it
 * has no part in; a tunnel whose stages go gets {@code complete(REPLACED)} and needs no generation any more;
 * <li>codecs that are not taken over drain, and so do the connections of listeners that are gone: what these still send
 * runs under the last generation that had the listener;
 * <li>when the last exchange of the old generation has ended, or was broken off past {@code runtime.drain}, every
 * {@code Part} that no live generation has is closed: stages, scheduled work, deadlines, metrics, slots, pools
 * ({@code Retirement}).
 * </ol>
 *
 * <p>Nothing is counted by references on the loops: a loop counts the exchanges that begin and end under a generation in
 * plain cells, and who else has a part is found by looking at the generations that are live.
 *
 * <h2>Threads</h2>
 *
 * <p>Event loops run exchanges ({@code Flow}) and never block. Reloads run on the thread of who asks, one after the other;
 * retirements and scheduled work of plugins on virtual threads; the admin server has a thread of its own.
 */
package dev.chainless.host;
