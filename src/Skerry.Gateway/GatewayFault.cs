namespace Skerry.Gateway;

/// <summary>What a node could not put into effect of options that are right in themselves.</summary>
/// <param name="Listener">Name of the listener.</param>
/// <param name="Message">Why, and what to do.</param>
public sealed record GatewayFault(string Listener, string Message);
