namespace Skerry.Manifest.Core;

/// <summary>Give a session its whole time again.</summary>
internal sealed record RenewSessionBody(string Id);
