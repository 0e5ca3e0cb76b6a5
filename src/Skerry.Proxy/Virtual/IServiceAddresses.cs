namespace Skerry.Proxy.Virtual;

/// <summary>Virtual addresses of services.</summary>
internal interface IServiceAddresses
{
    /// <summary>Where a service is met on this node; null when it has no place.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="group">A group's name; empty: any, the own first.</param>
    ServicePlace? Of(string service, string group);
}
