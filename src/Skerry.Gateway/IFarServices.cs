using System.Net;

namespace Skerry.Gateway;

/// <summary>Services of other groups behind addresses of this machine. The agent gives it.</summary>
public interface IFarServices
{
    /// <summary>An address that was not there is there now. Raised under no lock.</summary>
    event Action? Changed;

    /// <summary>Where a service of other groups is reached from here. Asking makes an address ready, so that it is there when it is needed.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="group">Whose instances; empty: the nearest group's.</param>
    /// <returns>Null: not yet.</returns>
    IPEndPoint? Find(string service, string group);
}
