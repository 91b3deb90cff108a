/**
 * The command line of the distribution.
 *
 * <p>{@code Main} takes the command; each command is a class. A command throws what went wrong; {@code Failures} turns
 * it into sentences for people and an exit status: 0 when done, 1 when something failed, 2 when a file, an option or
 * the machine has to be put right. {@code Home} knows the folder that the distribution was unpacked into, with its
 * {@code plugins} and {@code config}.
 *
 * <p>What asks a gateway that runs extends {@code AskCommand} and prints what the admin API answers: in text as the server lays it
 * out, or in JSON. {@code AdminOptions} finds the server, {@code AdminClient} speaks to it. Only {@code TopCommand} reads what it
 * gets, to tell rates and percentiles of the last second.
 */
package dev.chainless.cli;
