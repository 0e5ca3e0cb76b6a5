namespace Skerry.Lab.Fabric;

/// <summary>
/// What stands between a site and the world, by RFC 4787's words: mapping (does one inside port keep its outside port for every destination?) and filtering
/// (who outside may use that port?). What arrives unasked is dropped in silence.
/// </summary>
internal enum NatKind
{
    /// <summary>No translation and no filter: public addresses.</summary>
    None,

    /// <summary>Endpoint-independent mapping and filtering: anyone may call an outside port that is in use ("full cone").</summary>
    EndpointIndependent,

    /// <summary>Endpoint-independent mapping; the filter lets in addresses that have been spoken to, from any port.</summary>
    AddressRestricted,

    /// <summary>Endpoint-independent mapping; the filter lets in addresses with ports that have been spoken to.</summary>
    PortRestricted,

    /// <summary>Every destination gets a random outside port of its own; the filter as with <see cref="PortRestricted"/>.</summary>
    Symmetric,
}
