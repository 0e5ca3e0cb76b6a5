namespace Skerry.Gossip.Core.Messages;

/// <summary>Whom a query is for.</summary>
internal abstract record QueryFilter;
