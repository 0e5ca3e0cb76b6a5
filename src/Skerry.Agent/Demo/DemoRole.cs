namespace Skerry.Agent.Demo;

/// <summary>What runs on a node of the demo.</summary>
internal enum DemoRole
{
    /// <summary>A gateway, at the site whose users call the service.</summary>
    Gate,

    /// <summary>A relay that everybody reaches.</summary>
    Relay,

    /// <summary>An instance of the service, and a gateway for the site's own users.</summary>
    Service,

    /// <summary>No instance, but a gateway and a vote in what its site agrees on.</summary>
    Voter,
}
