namespace Skerry.Proxy;

/// <summary>An instance as one node names it to another: never by address, so that nobody can be sent anywhere else.</summary>
/// <param name="Service">Name of the service.</param>
/// <param name="InstanceId">Id of the instance on its node.</param>
/// <param name="Network">What to speak with it.</param>
public sealed record ServiceTarget(string Service, string InstanceId, ServiceNetwork Network);
