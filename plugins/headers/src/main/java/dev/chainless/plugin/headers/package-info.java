/**
 * Sets, adds and removes header fields.
 *
 * <p>A use of the plugin names edits of the request, of the response, or both. Within one head the fields to remove go
 * first, then those to set replace what there is, then those to add are appended. The values are
 * {@linkplain dev.chainless.spi.http.Template templates}. One without values of the exchange in it is checked and
 * encoded when the configuration is loaded, so that an exchange costs one copy of an array and no object; the others
 * are made anew for each exchange.
 *
 * <p>The stage is of the smallest type that does the work: a use that edits requests only has no step on the way back,
 * and the other way round. Fields that frame a message or belong to one connection (RFC 9110, section 7.6.1) are the
 * codec's; a configuration that names one is refused.
 *
 * <p>A value that turns out empty, since the exchange lacks what the template asks for, makes no field. A field that is
 * set is removed all the same: what a client sent under the name of a field that the gateway vouches for never gets
 * through.
 */
package dev.chainless.plugin.headers;
