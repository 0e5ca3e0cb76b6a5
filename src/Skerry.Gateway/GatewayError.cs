namespace Skerry.Gateway;

/// <summary>Something in the options that cannot run.</summary>
/// <param name="Path">The key, such as <c>pipelines[1].plugins[0].upstream.service</c>.</param>
/// <param name="Message">What was wrong and what is allowed.</param>
public sealed record GatewayError(string Path, string Message);
