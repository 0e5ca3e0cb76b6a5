using Skerry.Api.Etcd.Grpc;
using Skerry.Api.Etcd.Wire;

namespace Skerry.Api.Etcd;

/// <summary>etcd's service <c>Auth</c>, which here is off: there are no users and no roles, and it cannot be turned on.</summary>
internal sealed class AuthCalls(EtcdHeaders headers)
{
    public IEnumerable<(string Method, GrpcHandler Handler)> Methods =>
    [
        ("/etcdserverpb.Auth/AuthStatus", Answer(() => new AuthStatusResponse { Header = headers.Now(), AuthRevision = 1 })),
        ("/etcdserverpb.Auth/AuthDisable", Answer(() => new AuthResponse { Header = headers.Now() })),
        ("/etcdserverpb.Auth/UserList", Answer(() => new AuthListResponse { Header = headers.Now() })),
        ("/etcdserverpb.Auth/RoleList", Answer(() => new AuthListResponse { Header = headers.Now() })),
        ("/etcdserverpb.Auth/AuthEnable", Refuse("root user does not exist")),
        ("/etcdserverpb.Auth/Authenticate", Refuse("authentication is not enabled")),
        ("/etcdserverpb.Auth/UserAdd", Refuse("authentication is not enabled")),
        ("/etcdserverpb.Auth/RoleAdd", Refuse("authentication is not enabled")),
        .. Each("user name not found", "UserGet", "UserDelete", "UserChangePassword", "UserGrantRole", "UserRevokeRole"),
        .. Each("role name not found", "RoleGet", "RoleDelete", "RoleGrantPermission", "RoleRevokePermission"),
    ];

    private static IEnumerable<(string Method, GrpcHandler Handler)> Each(string why, params string[] methods) =>
        methods.Select(method => ($"/etcdserverpb.Auth/{method}", Refuse(why)));

    private static GrpcHandler Refuse(string why) =>
        GrpcCall.Unary<AuthRequest, AuthResponse>(AuthRequest.Parser, (_, _) => ValueTask.FromResult<GrpcReply<AuthResponse>>(new GrpcFault(GrpcStatus.FailedPrecondition, $"etcdserver: {why}")));

    private static GrpcHandler Answer<T>(Func<T> answer)
        where T : class, Google.Protobuf.IMessage =>
        GrpcCall.Unary<AuthRequest, T>(AuthRequest.Parser, (_, _) => ValueTask.FromResult<GrpcReply<T>>(answer()));
}
