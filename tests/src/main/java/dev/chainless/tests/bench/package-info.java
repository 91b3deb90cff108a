/// The side-by-side benchmark: the gateway and its peers on one core each in turn, with the same work.
///
/// [Bench] reads the command line. [SideBySide] runs the rounds of one [Work], one [Contender] at a time between one
/// [Origin] and the [Clients] that a [Generator] has for that work, with [Tls] or without; each window gives a
/// [Sample], and [Report] makes tables of medians and ratios of them. [StartUp] measures starting and memory. [Swap]
/// lets [Changes] change plugins and configuration of one gateway while a [Watch] checks every byte of its answers.
/// Everything that is started is a [Started] process owned by [Processes], which ends it by its id. The C programs in
/// `tests/bench` are the generator for the offered rate and the floor; [H3Generator] is the one for HTTP/3.
///
/// `tests/README.md` says how to read the figures.
package dev.chainless.tests.bench;
