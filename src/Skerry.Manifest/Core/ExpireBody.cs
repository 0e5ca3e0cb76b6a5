namespace Skerry.Manifest.Core;

/// <summary>End leases whose time is over when this is applied; one renewed meanwhile lives on.</summary>
internal sealed record ExpireBody(IReadOnlyList<long> Ids);
