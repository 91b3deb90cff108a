/**
 * Lets clients in, or not, by their address.
 *
 * <p>Lists of address ranges allow or deny, in the configuration or in files. Of all ranges that an address is in, the
 * most specific one decides; of two equal ones, the one that denies. An address in no range gets the default, which is
 * to deny as soon as anything is allowed by name.
 *
 * <p>When the stage is made, the ranges of each IP version are flattened into the sorted addresses at which the
 * decision changes, {@link dev.chainless.plugin.addresslist.Ranges}. Since it alternates, the addresses are all there
 * is to keep: 8 bytes each, 16 where an IPv6 range is longer than /64. A decision is one binary search, 17 steps among
 * 100,000 ranges.
 */
package dev.chainless.plugin.addresslist;
