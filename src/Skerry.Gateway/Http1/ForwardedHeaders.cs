namespace Skerry.Gateway.Http1;

/// <summary>What an instance is told of the client.</summary>
/// <param name="Trust">Whether what the client's own headers say of others before it is believed.</param>
internal readonly record struct ForwardedHeaders(bool Trust);
