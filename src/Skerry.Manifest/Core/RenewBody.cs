namespace Skerry.Manifest.Core;

/// <summary>Give leases their whole time again. Those that are gone are passed over.</summary>
internal sealed record RenewBody(IReadOnlyList<long> Ids);
