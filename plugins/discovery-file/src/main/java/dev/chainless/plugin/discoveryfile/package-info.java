/**
 * Finds the endpoints of a cluster in a file of TOML or JSON, which a script, a deployment or an agent of a service registry
 * writes.
 *
 * <p>The file is looked at again and again ({@code WatchedFile}), not by notifications of the kernel: those do not tell of what
 * happens behind a symbolic link or on a network's file system, and a look costs one system call. It may be
 * replaced by renaming another one over it or be written in place. As a half-written list may well be a valid one, a
 * change counts only when size and time were the same in two looks in a row, and stayed so while it was read; so it takes
 * effect after one to two intervals.
 *
 * <p>A list ({@code TomlList}, {@code JsonList}) is taken whole or not at all. The first thing wrong in it is told once, as
 * a warning with line and column, and the former list stays; likewise when the file has gone or cannot be read. A
 * file that was never there tells nothing: the cluster has only its other endpoints until it appears.
 */
package dev.chainless.plugin.discoveryfile;
