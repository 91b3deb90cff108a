/** The configuration of the gateway, as records. */
package dev.chainless.config;
