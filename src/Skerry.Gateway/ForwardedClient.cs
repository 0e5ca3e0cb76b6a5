namespace Skerry.Gateway;

/// <summary>What an instance is told of the client.</summary>
/// <param name="For">Addresses from the client on, the nearest last.</param>
/// <param name="Proto">What the client spoke: http or https.</param>
/// <param name="Host">The Host header as the client sent it; empty: it sent none.</param>
/// <param name="Standard">RFC 7239's <c>Forwarded</c>, when a trusted proxy sent one to add to; else null.</param>
internal readonly record struct ForwardedClient(string For, string Proto, string Host, string? Standard);
