namespace Skerry.Catalog;

/// <summary>An address of a service under a tag such as <c>lan</c> or <c>wan</c>.</summary>
/// <param name="Address">IP address or host name.</param>
/// <param name="Port">0 to 65535.</param>
public sealed record ServiceAddress(string Address, int Port);
