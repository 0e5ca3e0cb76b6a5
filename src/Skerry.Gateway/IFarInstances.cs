using System.Diagnostics;
using System.Net;

using Skerry.Catalog;

namespace Skerry.Gateway;

/// <summary>Instances of other groups behind addresses of this machine. The agent gives it.</summary>
public interface IFarInstances
{
    /// <summary>An address that was not there is there now. Raised under no lock.</summary>
    event Action? Changed;

    /// <summary>Where an instance of another group is reached from here. Asking makes an address ready, so that it is there when it is needed.</summary>
    /// <returns>Null: not yet.</returns>
    IPEndPoint? Find(ServiceEntry instance);

    /// <summary>Tells that the connection which will come from an address of this machine to one of those places is opened for a request of a trace.</summary>
    /// <param name="client">Where it will come from.</param>
    /// <param name="trace">The span it is opened for.</param>
    void Announce(IPEndPoint client, ActivityContext trace);

    /// <summary>How far a node is; null: nothing is known.</summary>
    TimeSpan? RoundTripTo(string node);
}
