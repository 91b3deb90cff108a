/** The command line: every command of {@code bin/chainless}. */
package dev.chainless.cli;
