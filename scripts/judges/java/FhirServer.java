import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.config.HapiJpaConfig;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.provider.JpaSystemProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import jakarta.persistence.EntityManagerFactory;
import java.net.InetSocketAddress;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/**
 * HAPI FHIR's JPA server for R4 on an H2 database in memory, on a free loopback port.
 *
 * <p>Prints its address when it answers, and ends when its standard input does.
 */
public final class FhirServer {
    @Configuration
    @EnableTransactionManagement
    @Import({JpaR4Config.class, HapiJpaConfig.class, JpaBatch2Config.class, Batch2JobsConfig.class,
        ThreadPoolFactoryConfig.class,
        SubscriptionChannelConfig.class})
    public static class Parts {
        @Bean
        public JpaStorageSettings jpaStorageSettings() {
            JpaStorageSettings made = new JpaStorageSettings();
            made.setAllowExternalReferences(false);
            made.setReuseCachedSearchResultsForMillis(null);
            made.setSchedulingDisabled(true);
            return made;
        }
        @Bean public PartitionSettings partitionSettings() { return new PartitionSettings(); }
        @Bean public SubscriptionSettings subscriptionSettings() { return new SubscriptionSettings(); }
        @Bean(destroyMethod = "close")
        public DataSource dataSource() {
            BasicDataSource made = new BasicDataSource();
            made.setDriver(new org.h2.Driver());
            made.setUrl("jdbc:h2:mem:fhir;DB_CLOSE_DELAY=-1");
            made.setUsername("sa");
            made.setPassword("");
            return made;
        }
        @Bean
        public LocalContainerEntityManagerFactoryBean entityManagerFactory(
                ConfigurableListableBeanFactory beans, FhirContext context, JpaStorageSettings settings) {
            LocalContainerEntityManagerFactoryBean made =
                HapiEntityManagerFactoryUtil.newEntityManagerFactory(beans, context, settings);
            made.setPersistenceUnitName("fhir");
            made.setDataSource(dataSource());
            Properties properties = new Properties();
            properties.put("hibernate.dialect", HapiFhirH2Dialect.class.getName());
            properties.put("hibernate.hbm2ddl.auto", "create");
            properties.put("hibernate.search.enabled", "false");
            properties.put("hibernate.jdbc.batch_size", "20");
            made.setJpaProperties(properties);
            return made;
        }
        @Bean @Primary
        public JpaTransactionManager transactionManager(EntityManagerFactory factory) {
            return new JpaTransactionManager(factory);
        }
    }

    public static void main(String[] none) throws Exception {
        AnnotationConfigApplicationContext beans = new AnnotationConfigApplicationContext(Parts.class);
        FhirContext context = beans.getBean(FhirContext.class);
        RestfulServer fhir = new RestfulServer(context);
        fhir.registerProviders(beans.getBean("myResourceProvidersR4", ResourceProviderFactory.class).createProviders());
        fhir.registerProvider(beans.getBean(JpaSystemProvider.class));
        IFhirSystemDao<?, ?> system = beans.getBean(IFhirSystemDao.class);
        fhir.setServerConformanceProvider(new JpaCapabilityStatementProvider(fhir, system,
            beans.getBean(JpaStorageSettings.class), beans.getBean(ISearchParamRegistry.class),
            beans.getBean(IValidationSupport.class)));
        fhir.setPagingProvider(beans.getBean(DatabaseBackedPagingProvider.class));
        Server server = new Server(new InetSocketAddress("127.0.0.1", 0));
        ServletContextHandler pages = new ServletContextHandler("/");
        pages.addServlet(new ServletHolder(fhir), "/fhir/*");
        server.setHandler(pages);
        server.start();
        System.out.println("http://127.0.0.1:" + ((ServerConnector) server.getConnectors()[0]).getLocalPort() + "/fhir");
        while (System.in.read() != -1) {
            // ends when whoever started it ends
        }
        System.exit(0);
    }
}
