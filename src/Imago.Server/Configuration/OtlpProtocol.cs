namespace Imago.Server.Configuration;

/// <summary>How OTLP is spoken.</summary>
public enum OtlpProtocol
{
    /// <summary>Over gRPC, as most collectors take it at port 4317.</summary>
    Grpc,

    /// <summary>Protobuf over HTTP, as most collectors take it at port 4318; also what passes proxies that know no HTTP/2.</summary>
    HttpProtobuf,
}
