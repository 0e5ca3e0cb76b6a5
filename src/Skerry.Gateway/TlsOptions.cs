using System.ComponentModel;

namespace Skerry.Gateway;

/// <summary>Certificate of a listener.</summary>
public sealed record TlsOptions
{
    /// <summary>PEM file: the certificate, then its chain.</summary>
    [Description("PEM file with the certificate and its chain.")]
    public required string Certificate { get; init; }

    /// <summary>PEM file: the private key.</summary>
    [Description("PEM file with the private key.")]
    public required string Key { get; init; }
}
